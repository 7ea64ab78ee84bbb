// Fields of several values, one a line.

import { element } from "./core/dom.js";
import { labelled, written } from "./control.js";
import { asAny, asNumber, object } from "./core/json.js";

// listOf returns the schema of a list; the parameter may also allow one value.
export function listOf(schema) {
  return schema.type === "array" ? schema : schema.oneOf?.find((one) => one.type === "array");
}

const simple = ["string", "integer", "number", undefined];

// isSimple reports whether a value fits a line: a text, a number, or either of them.
const isSimple = ({ type, oneOf }) => (oneOf ? oneOf.every((one) => one.type && isSimple(one)) : simple.includes(type));

export function isSimpleList(schema) {
  const items = listOf(schema)?.items;
  return items && isSimple(items);
}

// filled returns the lines that are not blank, with their numbers from 1.
export function filled(control) {
  return control.value.split("\n").map((line, i) => ({ text: line.trim(), line: i + 1 })).filter(({ text }) => text !== "");
}

function area(placeholder) {
  return element("textarea", { rows: 3, placeholder, autocapitalize: "none", autocomplete: "off", spellcheck: "false" });
}

// lines returns the field of a list of simple values.
export function lines(schema, name, needed) {
  const type = listOf(schema).items.type;
  const read = type === "string" ? JSON.stringify : type ? asNumber : asAny;
  const control = area([schema.default ?? "one a line"].flat().map(written).join("\n"));
  const json = () => {
    const values = filled(control).map(({ text }) => read(text));
    return values.length > 0 ? `[${values.join(",")}]` : undefined;
  };
  const set = (value) => { control.value = asLines(value ?? []).map(written).join("\n"); };
  const find = ([index]) => ({ control, line: filled(control)[index]?.line });
  return labelled(control, schema, name, needed, { json, set, find });
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

// texts returns the field of an object of strings, each a line such as
// "name: value". A line without a colon is a name with an empty value.
export function texts(schema, name, needed) {
  const control = area("name: value");
  const json = () => {
    const pairs = filled(control).map(({ text }) => split(text));
    return pairs.length > 0 ? object(pairs) : undefined;
  };
  const set = (value) => { control.value = Object.entries(value ?? {}).map((pair) => pair.join(": ")).join("\n"); };
  const find = ([key]) => ({ control, line: filled(control).find(({ text }) => split(text)[0] === key)?.line });
  return labelled(control, schema, name, needed, { json, set, find });
}

function split(line) {
  const [, name, value] = line.match(/^([^:]*?)\s*(?::\s*(.*))?$/);
  return [name, JSON.stringify(value ?? "")];
}
