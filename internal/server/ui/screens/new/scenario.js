// Specs with scenarios: several named loads in place of one.

import { elements, member, object } from "../../core/json.js";

// own lists the members that each scenario has for itself.
const own = [
  "num_jobs", "job_duration_ms", "workload", "concurrency", "rate", "arrival", "on_saturation", "duration", "stages",
  "warmup", "timeout", "users", "data", "replay", "thresholds",
];

const pairsOf = (json) => Object.keys(JSON.parse(json)).map((name) => [name, member(json, name)]);

/**
 * Returns a spec with one scenario more, which is like the last one, but without
 * its thresholds. A spec without scenarios becomes one with its load as the first.
 * @param {string} json of a spec
 * @returns {string}
 */
export function withScenario(json) {
  const pairs = pairsOf(json);
  const given = member(json, "scenarios");
  const first = object([["name", '"scenario-1"'], ...pairs.filter(([name]) => own.includes(name))]);
  const list = given === undefined ? [first] : elements(given);
  const names = new Set(list.map((scenario) => JSON.parse(scenario)?.name));
  let n = list.length + 1;
  while (names.has(`scenario-${n}`)) n++;
  const rest = pairsOf(list.at(-1) ?? "{}").filter(([name]) => name !== "name" && name !== "thresholds");
  const added = object([["name", `"scenario-${n}"`], ...rest]);
  const others = pairs.filter(([name]) => name !== "scenarios" && (given !== undefined || !own.includes(name)));
  return object([...others, ["scenarios", `[${[...list, added].join(",")}]`]]);
}

/**
 * Returns a spec with its name, and that and the start of each scenario, before what
 * else they have.
 * @param {string} json
 * @returns {string}
 */
export function inOrder(json) {
  const first = ["start", "name"];
  const ordered = (text) => pairsOf(text).sort(([a], [b]) => first.indexOf(b) - first.indexOf(a));
  return object(ordered(json).map(([name, value]) => [name, name === "scenarios" && value.startsWith("[{")
    ? `[${elements(value).map((scenario) => object(ordered(scenario))).join(",")}]` : value]));
}
