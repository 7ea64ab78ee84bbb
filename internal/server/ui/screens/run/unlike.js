// Which workers of a result have another environment than most.

import { bytes } from "../../core/format.js";

// unlike returns a function that says, of a worker, which fields of its environment
// have another value than at more than half of the workers; "" if none has.
export function unlike({ unlike: fields = [], of }) {
  const known = of.map(({ environment }) => environment).filter(Boolean);
  const usual = fields.map((field) => majority(known.map((environment) => value(environment, field))));
  return ({ environment }) => {
    if (!environment) return "";
    const others = fields.filter((field, i) => !same(value(environment, field), usual[i]));
    return others.length > 0 ? `unlike others: ${others.map((field) => written(environment, field)).join("; ")}` : "";
  };
}

// value returns a field by its name, such as kernel or cgroup.cpu_limit.
const value = (environment, field) => field.split(".").reduce((part, name) => part?.[name], environment);

// majority returns the value that more than half of the values have, if there is one.
function majority(values) {
  return values.find((one) => 2 * values.filter((other) => same(one, other)).length > values.length);
}

// same reports whether two values are alike. Kernels keep different parts of like
// memory to themselves: numbers may differ by 1 %.
const same = (a, b) => a === b || typeof a === "number" && Math.abs(a - b) <= 0.01 * a;

// fieldName returns the name of a field as words.
export const fieldName = (field) => field.replace("cgroup.", "").replaceAll("_", " ");

function written(environment, field) {
  const of = value(environment, field);
  const none = field.includes("limit") ? "none" : "unknown";
  return `${fieldName(field)} ${of ? (field.includes("memory") ? bytes(of) : of) : none}`;
}
