// Actions on the shown result: use its spec again, download its job records.

import { hasToken } from "./core/api.js";
import { $ } from "./core/dom.js";
import { start } from "./examples.js";
import { useSpec } from "./form.js";
import { count } from "./core/format.js";
import { member } from "./core/json.js";

let shown = "{}"; // the spec of the shown result, as JSON

// showActions sets up the actions for a result; text is the result as JSON.
export function showActions(id, text) {
  shown = member(text, "spec");
  const kept = member(shown, "include_jobs") !== "false";
  $("exports").hidden = !kept || hasToken(); // a link cannot send the token
  const missing = Number(member(text, "jobs_not_listed") ?? 0);
  $("not-listed").textContent = missing > 0 ? `; ${count(missing, "started job")} without a record` : "";
  for (const link of $("exports").querySelectorAll("a")) {
    link.href = `/v1/runs/${encodeURIComponent(id)}/jobs?format=${link.dataset.format}`;
  }
}

$("again").addEventListener("click", () => {
  const { job_duration_ms: ms = 100, ...spec } = JSON.parse(shown);
  const workload = { ...start.workload, duration: `${ms}ms` }; // job_duration_ms is short for this
  useSpec({ workload, ...spec, seed: member(shown, "seed") }); // the seed may exceed the integers of JavaScript
  $("run").focus();
});
