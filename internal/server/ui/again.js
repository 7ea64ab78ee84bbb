// What can be done with a result: its spec used for another run, its jobs kept.

import { hasToken } from "./api.js";
import { $ } from "./dom.js";
import { start } from "./examples.js";
import { useSpec } from "./form.js";
import { member } from "./json.js";

let shown = "{}"; // the spec of the result that is shown, as JSON

// offer makes it possible for a result, which is JSON.
export function offer(id, text) {
  shown = member(text, "spec");
  const kept = member(shown, "include_jobs") !== "false";
  $("exports").hidden = !kept || hasToken(); // a link carries none
  for (const link of $("exports").querySelectorAll("a")) {
    link.href = `/v1/runs/${encodeURIComponent(id)}/jobs?format=${link.dataset.format}`;
  }
}

$("again").addEventListener("click", () => {
  const { job_duration_ms: ms = 100, ...spec } = JSON.parse(shown);
  const workload = { ...start.workload, duration: `${ms}ms` }; // what it is short for
  useSpec({ workload, ...spec, seed: member(shown, "seed") }); // in full: it may be longer than JavaScript can count
  $("run").focus();
});
