// Fields of one control, made from the JSON Schema of a parameter.

import { element } from "../../core/dom.js";
import { capital } from "../../core/format.js";
import { asAny, asNumber } from "../../core/json.js";
import { asTyped, labelled, typed, written, writtenAny } from "./control.js";

// wordsOf returns the words of a parameter's field.
export const wordsOf = (schema, name, needed) =>
  ({ label: element("span", { class: "name" }, name), hint: capital(schema.description ?? ""), name, needed });

function placeholder({ default: value, examples, minimum, maximum }) {
  if (value !== undefined) return written(value);
  if (examples) return `such as ${written(examples[0])}`;
  return minimum === undefined ? "" : `${minimum} to ${maximum}`;
}

// quantity returns a field for a number.
export function quantity(schema, name, needed) {
  const inputmode = schema.type === "integer" ? "numeric" : "decimal";
  const control = element("input", { ...asTyped, inputmode, placeholder: placeholder(schema) });
  return typed(control, wordsOf(schema, name, needed), asNumber);
}

const longText = 10_000; // characters; a string that may be longer gets a textarea

// text returns a field for a string.
export function text(schema, name, needed) {
  const control = schema.maxLength > longText
    ? element("textarea", { ...asTyped, rows: 3, placeholder: placeholder(schema) })
    : element("input", { ...asTyped, placeholder: placeholder(schema) });
  return typed(control, wordsOf(schema, name, needed), JSON.stringify);
}

// anything returns a field for a value of any type.
export function anything(schema, name, needed) {
  const hint = schema.default === undefined ? "JSON, or else text" : written(schema.default);
  const control = element("textarea", { ...asTyped, rows: 3, placeholder: hint });
  return typed(control, wordsOf(schema, name, needed), asAny, writtenAny);
}

// choice returns a field for one of a few values, given as JSON.
export function choice(schema, name, needed, values) {
  const show = (json) => written(JSON.parse(json));
  const blank = schema.default === undefined ? "–" : `${written(schema.default)} (unless given)`;
  const control = element("select", {}, element("option", { value: "" }, blank),
    ...values.map((value) => element("option", { value }, show(value))));
  const set = (value) => { control.value = value === undefined ? "" : JSON.stringify(value); };
  return labelled(control, wordsOf(schema, name, needed), { json: () => control.value || undefined, set });
}
