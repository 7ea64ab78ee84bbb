// A field stands for one parameter in a form and is made from its JSON Schema. It
// has
//
//   node        the element to show
//   json()      its value as JSON text; undefined when it is blank
//   set(value)  takes a value as JSON.parse returns it; undefined makes it blank
//   find(path)  the {control, line} for a location within it; line is set for a
//               control with one value a line
//
// field is the one place that knows every kind of field. It passes itself to the
// kinds that have fields within them, so none of them imports this module.

import { anything, choice, quantity, text } from "./control.js";
import { either, isEither } from "./either.js";
import { group, isGroup } from "./group.js";
import { isSimpleList, isTexts, lines, texts } from "./lines.js";
import { isList, repeated } from "./repeated.js";
import { isWorkload, workload } from "./workload.js";

// makers lists the kinds of field, each with a test of the schemas that it is for.
// The first kind that fits is used.
const makers = [
  [isWorkload, workload],
  [isGroup, group],
  [isSimpleList, lines],
  [isList, repeated],
  [isTexts, texts],
  [isEither, either],
  [(schema) => schema.enum, (schema, name, needed) => choice(schema, name, needed, schema.enum.map(JSON.stringify))],
  [(schema) => schema.type === "boolean", (schema, name, needed) => choice(schema, name, needed, ["true", "false"])],
  [(schema) => schema.type === "integer" || schema.type === "number", quantity],
  [(schema) => schema.type === "string", text],
  [() => true, anything],
];

// field makes the field of a parameter.
export function field(schema, name, needed) {
  const [, make] = makers.find(([fits]) => fits(schema));
  return make(schema, name, needed, field);
}
