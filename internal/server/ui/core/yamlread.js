// YAML read as JSON: blocks by their indentation. It understands what spec files
// have, and refuses the rest: tags, anchors, several documents, keys that are no
// text. What it understands, it reads as YAML 1.2 does.

import { Cursor, jsonObject, plain, string, YAMLError } from "./yamlvalue.js";

/**
 * @typedef {object} Reader
 * @property {string[]} lines what of them is not read yet
 * @property {number} at the line that is read next, from 0
 * @property {Map<string, number>} places the line of each value by its location, from 1
 */

/**
 * Reads a document. It throws a YAMLError.
 * @param {string} text
 * @returns {{ json: string, lineOf: (location: string) => number }} lineOf returns
 *   the line of a value, such as scenarios[1].rate, or else of what would have it
 */
export function readYAML(text) {
  const lines = text.replace(/^\ufeff/, "").replace(/(?:\r\n?|\n)$/, "").split(/\r\n?|\n/);
  /** @type {Reader} */
  const r = { lines, at: 0, places: new Map() };
  if (/^---\s*(?:#.*)?$/.test(peek(r)?.text ?? "")) r.at++;
  const next = peek(r);
  const json = next ? block(r, next.indent, -1, "") : "null";
  const rest = peek(r);
  if (rest) fail(r, rest.text.startsWith("---") ? "begins another document" : "does not fit below what is above it");
  return { json, lineOf: (location) => lineOf(r.places, location) };
}

function lineOf(places, location) {
  for (let at = location; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0))) {
    const line = places.get(at);
    if (line) return line;
  }
  return 1;
}

const fail = (r, message) => { throw new YAMLError(r.at + 1, message); };

// peek returns the next line that is neither empty nor a comment: its indentation
// and its text; null at the end.
function peek(r) {
  while (r.at < r.lines.length && /^\s*(?:#.*)?$/.test(r.lines[r.at])) r.at++;
  if (r.at === r.lines.length) return null;
  const [, space, text] = r.lines[r.at].match(/^(\s*)(.*)$/);
  if (space.includes("\t")) fail(r, "is indented by a tab: use spaces");
  return { indent: space.length, text };
}

const isItem = (text) => /^-(?:\s|$)/.test(text);

// block reads what begins in the next line with an indentation, within a block of
// another one.
function block(r, indent, parent, path) {
  const { text } = peek(r);
  if (isItem(text)) return list(r, indent, path);
  return keyOf(text) ? mapping(r, indent, path) : value(r, parent, path);
}

function list(r, indent, path) {
  const items = [];
  for (let next = peek(r); next?.indent === indent && isItem(next.text); next = peek(r)) {
    const at = `${path}[${items.length}]`;
    r.places.set(at, r.at + 1);
    r.lines[r.at] = " ".repeat(indent + 1) + next.text.slice(1);
    const inner = peek(r);
    items.push(inner?.indent > indent ? block(r, inner.indent, indent, at) : "null");
  }
  noDeeper(r, indent);
  return `[${items.join(",")}]`;
}

function mapping(r, indent, path) {
  const members = new Map();
  for (let next = peek(r); next?.indent === indent && !isItem(next.text); next = peek(r)) {
    const found = keyOf(next.text);
    if (!found) fail(r, "is no name with a colon and a value");
    if (members.has(found.name)) fail(r, `has ${found.name} twice`);
    const at = path ? `${path}.${found.name}` : found.name;
    r.places.set(at, r.at + 1);
    r.lines[r.at] = " ".repeat(indent + next.text.length - found.rest.length) + found.rest;
    members.set(found.name, member(r, indent, at, /^(?:#.*)?$/.test(found.rest)));
  }
  noDeeper(r, indent);
  return jsonObject(members);
}

// member reads the value of a member, on its line or below it.
function member(r, indent, path, below) {
  if (!below) return value(r, indent, path);
  r.at++;
  const inner = peek(r);
  const has = inner?.indent > indent || inner?.indent === indent && isItem(inner.text);
  return has ? block(r, inner.indent, indent, path) : "null";
}

// noDeeper refuses a line that belongs to no block.
function noDeeper(r, indent) {
  if (peek(r)?.indent > indent) fail(r, "is indented too far");
}

// keyOf returns the name at the beginning of a line and what is behind its colon;
// null if there is none.
function keyOf(text) {
  const quoted = text.match(/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:(?:\s+(.*))?$/);
  if (quoted) return { name: new Cursor(quoted[1], 1, () => {}).quoted(quoted[1][0]), rest: quoted[2] ?? "" };
  if (/^[[\]{}"'&*!|>%@`,#]|^\?(?:\s|$)/.test(text)) return null;
  const found = text.match(/^((?:[^\s:#]|:(?=\S)|(?<=\S)#|\s+(?=[^\s#]))*?)\s*:(?:\s+(.*))?$/);
  return found && found[1] !== "" ? { name: found[1], rest: found[2] ?? "" } : null;
}

// value reads a value that begins in the next line, within a block of an
// indentation.
function value(r, parent, path) {
  const { indent, text } = peek(r);
  if (/^[|>]/.test(text)) return string(blockText(r, text, parent), r.at);
  if (/^["'[{]/.test(text)) return bracketed(r, indent, path);
  if (/^[&*!%@`]/.test(text)) fail(r, `begins with ${text[0]}, which is not understood here: use quotes`);
  const line = r.at + 1;
  const words = [];
  for (let next = { indent, text }; next && (words.length === 0 || next.indent > parent); next = peek(r)) {
    const code = next.text.replace(/\s+#.*$/, "").trim();
    if (/:(?:\s|$)/.test(code)) {
      fail(r, words.length > 0 ? "is indented too far" : "has a colon: put the text in quotes");
    }
    if (isItem(code)) fail(r, "begins a list where there is a value");
    words.push(code);
    r.at++;
    if (code !== next.text.trim()) break; // a comment ends it
  }
  return plain(words.join(" "), line);
}

// bracketed reads a text in quotes, or what is in brackets.
function bracketed(r, indent, path) {
  const cursor = new Cursor(r.lines.slice(r.at).join("\n").slice(indent), r.at + 1,
    (at, line) => { if (!r.places.has(at)) r.places.set(at, line); });
  const json = cursor.value(path);
  r.at = cursor.line - 1;
  const [rest] = cursor.text.slice(cursor.at).split("\n");
  if (!/^\s*(?:\s#.*)?$/.test(rest)) fail(r, `has ${rest.trim()} behind its end`);
  r.at++;
  return json;
}

// blockText reads the lines below | or >.
function blockText(r, text, parent) {
  const found = text.match(/^([|>])([-+]?)\s*(?:#.*)?$/);
  if (!found) fail(r, "is no beginning of a text of lines: | or >");
  const [, style, keep] = found;
  r.at++;
  const lines = [];
  const depth = (line) => line.match(/^ */)[0].length;
  for (; r.at < r.lines.length; r.at++) {
    const line = r.lines[r.at];
    if (line.trim() !== "" && depth(line) <= parent) break;
    lines.push(line);
  }
  const margin = depth(lines.find((line) => line.trim() !== "") ?? "");
  const rows = lines.map((line) => line.slice(margin));
  const whole = style === "|" ? rows.join("\n") : joined(rows);
  const content = whole.replace(/\n*$/, "");
  if (keep === "-" || content === "") return content;
  return `${keep === "+" ? whole : content}\n`;
}

// joined folds rows: a line break between two that are not indented is a space.
const joined = (rows) => rows.join("\n").replace(/(?<=[^\s].*)\n(\n*)(?=\S)/g, (all, more) => more || " ");
