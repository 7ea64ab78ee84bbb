// Fields: what stands for one parameter in a form, made from its JSON Schema. A
// field has
//
//   node        what is shown
//   json()      its value as JSON text; undefined when it is blank
//   set(value)  takes a value as JSON.parse gives it; undefined makes it blank
//   find(path)  the {control, line} that a location within it means: of text
//               with a value a line, the line too

import { element, freshId } from "./dom.js";
import { group, isGroup } from "./group.js";
import { asAny, asNumber } from "./json.js";
import { isSimpleList, isTexts, lines, texts } from "./lines.js";
import { isList, repeated } from "./repeated.js";
import { isWorkload, workload } from "./workload.js";

// makers are the kinds of field, each with the schemas that it is for; the first
// that fits is taken.
const makers = [
  [isWorkload, workload],
  [isGroup, group],
  [isSimpleList, lines],
  [isList, repeated],
  [isTexts, texts],
  [(schema) => schema.enum, (schema, name, needed) => choice(schema, name, needed, schema.enum.map(JSON.stringify))],
  [(schema) => schema.type === "boolean", (schema, name, needed) => choice(schema, name, needed, ["true", "false"])],
  [(schema) => schema.type === "integer" || schema.type === "number", quantity],
  [(schema) => schema.type === "string", text],
  [() => true, anything],
];

export function field(schema, name, needed) {
  const [, make] = makers.find(([fits]) => fits(schema));
  return make(schema, name, needed);
}

// labelled is a field of one control.
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

// written is a value as it is typed into a field.
export const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// typed is a field whose value is typed, and made JSON of by read.
export function typed(control, schema, name, needed, read) {
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

function quantity(schema, name, needed) {
  const control = element("input", { ...asTyped, inputmode: schema.type === "integer" ? "numeric" : "decimal", placeholder: placeholder(schema) });
  return typed(control, schema, name, needed, asNumber);
}

const longText = 10_000; // characters; what may be longer has lines

function text(schema, name, needed) {
  const control = schema.maxLength > longText
    ? element("textarea", { ...asTyped, rows: 3, placeholder: placeholder(schema) })
    : element("input", { ...asTyped, placeholder: placeholder(schema) });
  return typed(control, schema, name, needed, JSON.stringify);
}

function anything(schema, name, needed) {
  const control = element("textarea", { ...asTyped, rows: 3, placeholder: schema.default === undefined ? "JSON, or else text" : written(schema.default) });
  return typed(control, schema, name, needed, asAny);
}

// choice is one of a few values, given as JSON.
function choice(schema, name, needed, values) {
  const show = (json) => written(JSON.parse(json));
  const blank = schema.default === undefined ? "–" : `${written(schema.default)} (unless given)`;
  const control = element("select", {}, element("option", { value: "" }, blank), ...values.map((value) => element("option", { value }, show(value))));
  const set = (value) => { control.value = value === undefined ? "" : JSON.stringify(value); };
  return labelled(control, schema, name, needed, { json: () => control.value || undefined, set });
}
