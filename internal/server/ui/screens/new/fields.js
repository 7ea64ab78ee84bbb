// The spec in fields, part by part.

import { element } from "../../core/dom.js";
import { detailsPart } from "./details.js";
import { jobPart } from "./job.js";
import { judgePart } from "./judge.js";
import { loadPart } from "./load.js";

/**
 * Returns the fields: { node, pairs, set, find, focus, lacks, problem, hold,
 * offerWorkers }. Pairs are the members of the spec as JSON.
 * @param {object[]} kinds the kinds of job
 * @param {object} secrets the part for secrets
 */
export function specFields(kinds, secrets) {
  const load = loadPart();
  const job = jobPart(kinds);
  const details = detailsPart();
  const parts = [load, job, secrets, judgePart(), details];
  const pairs = () => parts.flatMap((part) => part.pairs());
  return {
    node: element("div", { class: "fields" }, ...parts.map((part) => part.node)),
    pairs,
    set(spec) { for (const part of parts) part.set(spec); },
    find: (path) => parts.map((part) => part.find(path)).find((found) => found?.control) ?? {},
    focus: load.focus,

    // lacks returns the members of the spec that was set that the fields do not show.
    lacks(spec) {
      const shown = new Set(pairs().filter(([, json]) => json !== undefined).map(([name]) => name));
      return Object.keys(spec).filter((name) => !shown.has(name) && !isBlank(name, spec[name]));
    },
    problem: () => null,
    hold: (node) => job.node.after(node),
    offerWorkers: details.offerWorkers,
  };
}

// isBlank reports whether a member says nothing that the fields do not say without
// it. job_duration_ms is short for a workload.
const isBlank = (name, value) => name === "job_duration_ms" || value === null ||
  (typeof value === "object" && Object.keys(value).length === 0);
