// Fields of several values, one a line.

import { element } from "../../core/dom.js";
import { asAny, asNumber, object } from "../../core/json.js";
import { asTyped, labelled, written, writtenAny } from "./control.js";
import { wordsOf } from "./parameter.js";

// listOf returns the schema of a list; the parameter may also allow one value.
export function listOf(schema) {
  return schema.type === "array" ? schema : schema.oneOf?.find((one) => one.type === "array");
}

const simple = ["string", "integer", "number", undefined];
const isSimple = (schema) => simple.includes(schema.type) && (schema.oneOf ?? []).every(isSimple);

export function isSimpleList(schema) {
  const items = listOf(schema)?.items;
  return items !== undefined && isSimple(items);
}

// filled returns the lines that are not blank, with their numbers from 1.
export function filled(control) {
  return control.value.split("\n").map((line, i) => ({ text: line.trim(), line: i + 1 }))
    .filter(({ text }) => text !== "");
}

const area = (placeholder) => element("textarea", { ...asTyped, rows: 2, placeholder });

// lines returns the field of a list of simple values.
export function lines(schema, name, needed) {
  const { items } = listOf(schema);
  const { type } = items;
  const read = type === "string" ? JSON.stringify : type ? asNumber : asAny;
  const write = type === undefined ? writtenAny : written;
  const example = schema.default ?? (items.pattern === ":" ? "Name: value" : "one a line");
  const control = area([example].flat().map(written).join("\n"));
  const json = () => {
    const values = filled(control).map(({ text }) => read(text));
    return values.length > 0 ? `[${values.join(",")}]` : undefined;
  };
  const set = (value) => { control.value = asLines(value ?? []).map(write).join("\n"); };
  const find = ([index]) => ({ control, line: filled(control)[index]?.line });
  return labelled(control, wordsOf(schema, name, needed), { json, set, find });
}

// asLines returns a value as a list. An object of strings, or of lists of them,
// becomes a list of "name: value".
function asLines(value) {
  if (typeof value !== "object" || Array.isArray(value)) return [value].flat();
  return Object.entries(value).flatMap(([name, texts]) => [texts].flat().map((text) => `${name}: ${text}`));
}

export function isTexts(schema) {
  return schema.type === "object" && schema.additionalProperties?.type === "string";
}

// texts returns the field of an object of strings made from its schema.
export const texts = (schema, name, needed) => textLines(wordsOf(schema, name, needed));

// textLines returns the field of an object of strings, each a line such as
// "name: value". A line without a colon is a name with an empty value.
export function textLines(words, placeholder = "name: value") {
  const control = area(placeholder);
  const json = () => {
    const pairs = filled(control).map(({ text }) => split(text));
    return pairs.length > 0 ? object(pairs) : undefined;
  };
  const set = (value) => { control.value = Object.entries(value ?? {}).map((pair) => pair.join(": ")).join("\n"); };
  const lineOf = (name) => filled(control).find(({ text }) => split(text)[0] === name)?.line;
  const find = (path) => ({ control, line: lineOf(path.join(".")) });
  return labelled(control, words, { json, set, find });
}

function split(line) {
  const [, name, value] = line.match(/^([^:]*?)\s*(?::\s*(.*))?$/);
  return [name, JSON.stringify(value ?? "")];
}
