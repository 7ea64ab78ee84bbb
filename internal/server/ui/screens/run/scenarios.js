// The scenarios of a run, in the order of its spec.

import { exact, row } from "../../core/dom.js";
import { duration } from "../../core/format.js";
import { failuresOf } from "./counts.js";
import { amount, tableOf, times } from "./table.js";

/**
 * Returns the scenarios of a run: { name, outcome, start, took, counts, throughput,
 * latency }. Of a live run, start and took are not known.
 * @param {import("./view.js").View} view
 */
export function scenariosOf({ result, progress }) {
  const done = result?.scenarios?.map((scenario) => {
    const { name, start, duration: took, counts, throughput, latency } = scenario;
    return { name, outcome: outcomeOf(scenario), start, took, counts, throughput, latency };
  });
  return done ?? (progress?.so_far?.scenarios ?? []).map(({ name, state, ok, failed, throughput, p99 }) =>
    ({ name, outcome: state, counts: { ok, failed }, throughput, latency: { count: ok, p99 } }));
}

/** Returns in a word what came of a scenario. */
function outcomeOf({ status, verdict, validity }) {
  if (status !== "completed") return status;
  if (verdict === "fail" || validity.state === "valid") return verdict === "none" ? "done" : verdict;
  return validity.state;
}

/**
 * Returns scenarios as a table.
 * @param {object[]} scenarios as scenariosOf returns them
 */
export function scenariosTable(scenarios) {
  const timed = scenarios.some(({ start }) => start !== undefined);
  return tableOf("Scenarios",
    ["Scenario", "Outcome", ...(timed ? ["From", "Took"] : []), "Ok", "Failed", "Ok a second", "p99"],
    scenarios.map(({ name, outcome, start, took, counts, throughput, latency }) => row(name, outcome,
      ...(timed ? [start, took].map((seconds) => exact(seconds, duration(seconds))) : []),
      amount(counts.ok), amount(failuresOf(counts).bad), amount(throughput), ...times(latency, ["p99"]))));
}
