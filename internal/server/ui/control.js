// Fields of one control: an input, a textarea or a select.

import { element, freshId } from "./core/dom.js";
import { asAny, asNumber } from "./core/json.js";

// labelled returns a field of one control with its label and hint; rest adds to or
// replaces its members.
export function labelled(control, schema, name, needed, rest) {
  control.id = freshId();
  if (needed) control.setAttribute("aria-required", "true");
  const label = element("label", { for: control.id }, element("span", { class: "name" }, name), ...(needed ? [" ", element("span", { class: "unit" }, "needed")] : []));
  const node = element("div", { class: "field", "data-name": name }, label, control);
  if (schema.description) {
    const hint = element("p", { id: `${control.id}-hint`, class: "hint" }, schema.description);
    control.setAttribute("aria-describedby", hint.id);
    node.append(hint);
  }
  return { node, find: () => ({ control }), ...rest };
}

// written returns a value as a user types it.
export const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// typed returns a field whose text read turns into JSON.
function typed(control, schema, name, needed, read) {
  const json = () => {
    const value = control.value.trim();
    return value === "" ? undefined : read(value);
  };
  const set = (value) => { control.value = value === undefined ? "" : written(value); };
  return labelled(control, schema, name, needed, { json, set });
}

const asTyped = { autocapitalize: "none", autocomplete: "off", spellcheck: "false" };

function placeholder({ default: value, examples, minimum, maximum }) {
  if (value !== undefined) return written(value);
  if (examples) return `such as ${written(examples[0])}`;
  return minimum === undefined ? "" : `${minimum} to ${maximum}`;
}

// quantity returns a field for a number.
export function quantity(schema, name, needed) {
  const control = element("input", { ...asTyped, inputmode: schema.type === "integer" ? "numeric" : "decimal", placeholder: placeholder(schema) });
  return typed(control, schema, name, needed, asNumber);
}

const longText = 10_000; // characters; a string that may be longer gets a textarea

// text returns a field for a string.
export function text(schema, name, needed) {
  const control = schema.maxLength > longText
    ? element("textarea", { ...asTyped, rows: 3, placeholder: placeholder(schema) })
    : element("input", { ...asTyped, placeholder: placeholder(schema) });
  return typed(control, schema, name, needed, JSON.stringify);
}

// anything returns a field for a value of any type.
export function anything(schema, name, needed) {
  const control = element("textarea", { ...asTyped, rows: 3, placeholder: schema.default === undefined ? "JSON, or else text" : written(schema.default) });
  return typed(control, schema, name, needed, asAny);
}

// choice returns a field for one of a few values, given as JSON.
export function choice(schema, name, needed, values) {
  const show = (json) => written(JSON.parse(json));
  const blank = schema.default === undefined ? "–" : `${written(schema.default)} (unless given)`;
  const control = element("select", {}, element("option", { value: "" }, blank), ...values.map((value) => element("option", { value }, show(value))));
  const set = (value) => { control.value = value === undefined ? "" : JSON.stringify(value); };
  return labelled(control, schema, name, needed, { json: () => control.value || undefined, set });
}
