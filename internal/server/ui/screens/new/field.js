// The field of any parameter, made from its JSON Schema. This is the one place that
// knows every kind of field. It passes itself to the kinds that have fields within
// them, so none of them imports this module.

import { either, isEither } from "./either.js";
import { group, isGroup } from "./group.js";
import { isSimpleList, isTexts, lines, texts } from "./lines.js";
import { anything, choice, quantity, text } from "./parameter.js";
import { isList, repeated } from "./repeated.js";
import { isWorkload, workload } from "./workload.js";

/**
 * Returns a function that makes the field of a parameter. The first kind of field
 * that fits its schema is used.
 * @param {object[]} kinds the service's table of the kinds of job
 */
export function fieldMaker(kinds) {
  const makers = [
    [isWorkload, workload(kinds)],
    [isGroup, group],
    [isSimpleList, lines],
    [isList, repeated],
    [isTexts, texts],
    [isEither, either],
    [(schema) => schema.enum, (...parameter) => choice(...parameter.slice(0, 3), valuesOf(parameter[0]))],
    [(schema) => schema.type === "boolean", (...parameter) => choice(...parameter.slice(0, 3), ["true", "false"])],
    [(schema) => schema.type === "integer" || schema.type === "number", quantity],
    [(schema) => schema.type === "string", text],
    [() => true, anything],
  ];
  return function field(schema, name, needed) {
    const [, make] = makers.find(([fits]) => fits(schema));
    return make(schema, name, needed, field);
  };
}

const valuesOf = (schema) => schema.enum.map((value) => JSON.stringify(value));
