// What a job does: its kind and parameters.

import { element } from "../../core/dom.js";
import { object } from "../../core/json.js";
import { fieldMaker } from "./field.js";
import { kindChoice } from "./workload.js";

/**
 * Returns the part of the form that says what a job does.
 * @param {object[]} kinds the service's table
 */
export function jobPart(kinds) {
  const own = kindChoice(kinds, "Kind", fieldMaker(kinds), 4);
  return {
    node: element("section", { class: "card part job" }, element("h2", {}, "Job"), own.choice, own.body),
    kind: own.kind,
    pairs: () => [["workload", object(own.pairs())]],
    set: (spec) => own.set(spec.workload ?? sleepOf(spec)),
    find: ([field, ...rest]) => (field === "workload" ? own.find(rest) : {}),
  };
}

// sleepOf returns the workload that job_duration_ms is short for.
const sleepOf = ({ job_duration_ms: ms = 100 }) => ({ kind: "sleep", duration: `${ms}ms`, jitter: 0.2 });
