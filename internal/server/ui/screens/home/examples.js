// What the home shows when nothing has been run: examples to start.

import { requestJSON } from "../../core/api.js";
import { commandLine } from "../../core/command.js";
import { element } from "../../core/dom.js";
import { notice } from "../../core/problem.js";

const sleep = { kind: "sleep", duration: "100ms", jitter: 0.2 };

const examples = [
  {
    title: "A burst", says: "1,000 jobs of 100 ms at once: are they truly parallel?",
    spec: { num_jobs: 1000, workload: sleep, thresholds: ["p99 < 250ms", "error_rate < 1%"], name: "burst" },
  },
  {
    title: "Arrivals", says: "200 jobs a second for 10 s, whether or not earlier ones have ended.",
    spec: {
      workload: sleep, rate: 200, duration: "10s", thresholds: ["p99 < 250ms", "delay.p99 < 5ms"], name: "arrivals",
    },
  },
  {
    title: "The ceiling", says: "A million empty jobs, 8 at a time: how fast is this machine?",
    spec: { workload: { kind: "noop" }, num_jobs: 1_000_000, concurrency: 8, include_jobs: false, name: "ceiling" },
  },
];

/**
 * Returns what the section of the examples has.
 * @param {AbortSignal} signal
 */
export function exampleCards(signal) {
  const problem = element("div", {});
  const start = async (spec, button) => {
    button.disabled = true;
    try {
      const run = await requestJSON("POST", "/v1/runs", { body: JSON.stringify(spec), signal });
      location.hash = `#/runs/${encodeURIComponent(run.id)}`;
    } catch (error) {
      if (signal.aborted) return;
      problem.replaceChildren(notice(error));
      button.disabled = false;
    }
  };
  return [
    element("p", {}, "Nothing has been run yet. Start with one of these, or ",
      element("a", { href: "#/new" }, "make your own"), "."),
    problem, element("ul", {}, ...examples.map((example) => exampleCard(example, start))),
  ];
}

function exampleCard({ title, says, spec }, start) {
  const button = element("button", { type: "button", class: "primary small" }, "Run it");
  button.addEventListener("click", () => start(spec, button));
  return element("li", { class: "card" }, element("h2", {}, title), element("p", {}, says),
    element("pre", { tabindex: "0", "aria-label": "As a command" }, commandLine(JSON.stringify(spec))), button);
}
