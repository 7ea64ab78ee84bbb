// The last runs of this page, to compare and to look at again.

import { $, element, exact, reveal, row, say } from "./dom.js";
import { duration, money, number } from "./format.js";
import { describe, showResult } from "./result.js";

const kept = 8;
let runs = []; // {number, result, text}, newest first
let count = 0;

export function showNew(result, text) {
  const entry = { number: ++count, result, text };
  runs = [entry, ...runs].slice(0, kept);
  show(entry);
  say(summary(entry));
  reveal($("result-title"));
}

function summary({ result: r }) {
  const verdict = { pass: " Every threshold holds.", fail: " A threshold does not hold.", invalid: " The measurement is invalid.", no_data: " There was nothing to judge." };
  return `Done: ${number(r.counts.ok)} of ${number(r.counts.planned)} jobs ok, ${number(r.throughput)} jobs/s.${verdict[r.verdict] ?? ""}`;
}

function show(entry) {
  $("empty").hidden = true;
  showResult(`Run ${entry.number}: ${describe(entry.result.spec)}`, entry.result, entry.text);
  showHistory(entry);
}

function showHistory(shown) {
  $("history").hidden = runs.length < 2;
  $("runs").replaceChildren(...runs.map((entry) => {
    const r = entry.result;
    const pick = element("button", { type: "button", class: "link" }, `${entry.number}: ${r.name || describe(r.spec)}`);
    if (entry === shown) pick.setAttribute("aria-current", "true");
    pick.addEventListener("click", () => {
      show(entry);
      say(`Run ${entry.number} is shown.`);
      $("runs").querySelector("[aria-current]").focus({ preventScroll: true });
      reveal($("result-title"));
    });
    return row(pick, exact(r.throughput, number(r.throughput)), exact(r.mean_latency, duration(r.mean_latency)),
      exact(r.latency.p99, duration(r.latency.p99)), exact(r.total_cost, money(r.total_cost, r.cost.currency)),
      `${number(r.counts.ok)}/${number(r.counts.planned)}`);
  }));
}
