// JSON written as YAML. Numbers stay as they are written: JavaScript cannot
// represent all of them.

import { tokens } from "./json.js";

// plainText matches strings that YAML reads as they are, and as strings.
const plainText = /^(?:[A-Za-z_/][\w ./-]*|(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+)$/;
const word = /^(?:true|false|null|yes|no|on|off|y|n|~|nan|inf)$/i;

// yaml returns JSON as YAML, in block style, with a line break at its end.
export function yaml(json) {
  const rest = tokens(json).filter((token) => token !== "," && token !== ":");
  return `${block(parse(rest), 0).trimStart()}\n`;
}

// parse takes a value off a list of tokens: the text of a scalar, or { open,
// members }.
function parse(rest) {
  const token = rest.shift();
  if (token[0] !== "{" && token[0] !== "[") return token;
  const value = { open: token[0], members: [] };
  if (token.length > 1) return value; // it is empty: its signs are one token
  while (rest[0] !== "}" && rest[0] !== "]") {
    const name = value.open === "{" ? rest.shift() : null;
    value.members.push([name, parse(rest)]);
  }
  rest.shift();
  return value;
}

// block writes a value behind a name or a dash: on its line, or on lines below.
function block(value, depth) {
  if (typeof value === "string") return ` ${scalar(escaped(value))}`;
  if (value.members.length === 0) return value.open === "{" ? " {}" : " []";
  const margin = "  ".repeat(depth);
  return value.members.map(([name, member]) => {
    if (name !== null) return `\n${margin}${scalar(name)}:${block(member, depth + 1)}`;
    const text = block(member, depth + 1);
    return `\n${margin}- ${text.trimStart()}`;
  }).join("");
}

// escaped returns a token in which no text begins a variable of a spec file.
const escaped = (token) => (token[0] === '"' ? token.replaceAll("${", () => "$${") : token);

// unlike are the signs that JSON has in a string, and YAML reads otherwise or not
// at all.
const unlike = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

// scalar writes a scalar of JSON. Quoted text of JSON is text of YAML, but for few
// signs.
function scalar(token) {
  if (token[0] !== '"') return token;
  const text = JSON.parse(token);
  if (plainText.test(text) && !word.test(text) && text === text.trim()) return text;
  return JSON.stringify(text).replace(unlike, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
