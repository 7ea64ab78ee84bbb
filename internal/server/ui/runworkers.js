// The workers of a result: what each of them measured, and how they began.

import { $, below, element, exact, fill, row, svg } from "./core/dom.js";
import { fold } from "./fold.js";
import { count, duration, number, percent } from "./core/format.js";
import { fieldName, unlike } from "./screens/run/unlike.js";

let shown = null; // the workers of the shown result
let root = null;
const folded = fold($("all-run-workers"), "worker", render);

// showRunWorkers shows the workers of a result, or hides the section if there are
// none.
export function showRunWorkers(given, workers) {
  root = given;
  shown = workers;
  folded.close();
  $("run-workers").hidden = !workers;
  if (!workers) return;
  fill(root, "workers-summary", summary(workers).join(" "));
  render();
}

function render() {
  const columns = all.filter(({ some }) => !some || shown.of.some(some));
  const top = Math.max(...shown.of.map(({ throughput }) => throughput));
  const differs = unlike(shown);
  const rows = folded.rows(shown.of).map((worker) => row(title(worker, differs), ...columns.map(({ cell }) => cell(worker, top))));
  fill(root, "run-workers-head", ...["Worker", ...columns.map(({ name }) => name)].map((name) => element("th", { scope: "col" }, name)));
  fill(root, "run-workers", ...rows);
  if (shown.rest && folded.isWhole()) fillRest(columns);
}

// fillRest adds a row for the workers that the result does not list.
function fillRest(columns) {
  const { rest } = shown;
  const cells = columns.map(({ name, cell, sums }) => (sums ? cell({ ...rest, state: "" }, 0) : ""));
  root.querySelector('[data-field="run-workers"]').append(row(`${count(rest.count, "more worker")} together`, ...cells));
}

// all lists the columns. A column with some is only shown if that holds for a worker;
// one with sums has a value for several workers together.
const all = [
  { name: "State", cell: ({ state }) => element("span", { class: `badge ${state === "lost" ? "bad" : ""}` }, state) },
  { name: "Jobs/s", cell: speed, sums: true },
  { name: "CPU", cell: (worker) => (knowsCPU(worker) ? exact(worker.cpu, percent(Math.round(worker.cpu * 1000) / 1000)) : "–") },
  { name: "p50", cell: ({ counts, latency }) => time(counts.ok, latency.p50) },
  { name: "p99", cell: ({ counts, latency }) => time(counts.ok, latency.p99) },
  { name: "Delay p99", cell: ({ counts, delay }) => time(counts.ok + counts.failed + counts.timeout, delay.p99) },
  { name: "Ok", cell: ({ counts }) => amount(counts.ok), sums: true },
  { name: "Failed", cell: ({ counts }) => amount(counts.failed + counts.timeout), sums: true },
  { name: "Dropped", cell: ({ counts }) => amount(counts.dropped), sums: true, some: ({ counts }) => counts.dropped > 0 },
  { name: "Lost", cell: ({ counts }) => amount(counts.lost), sums: true, some: ({ counts, state }) => counts.lost > 0 || state === "lost" },
];

const amount = (n) => exact(n, number(n));
const time = (samples, seconds) => (samples > 0 ? exact(seconds, duration(seconds)) : "–");

// knowsCPU reports whether a worker told how busy it was; a lost one may not have.
const knowsCPU = ({ state, cpu }) => state !== "lost" || cpu > 0;

// speed is the throughput with a bar, as long as the share of the quickest worker.
function speed({ throughput }, top) {
  const value = exact(throughput, number(throughput));
  if (top === 0) return value;
  return element("span", { class: "speed" }, value,
    svg("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: (100 * throughput) / top, height: 1 })));
}

// title is a worker's name, its machine, and how that differs from the others'.
function title(worker, differs) {
  const { id, name, host, cores } = worker;
  const machine = [host, count(cores, "core")].filter(Boolean).join(", ");
  return element("span", { title: id }, name || id, ...below(machine), ...below(differs(worker)));
}

// summary describes the workers together in sentences.
function summary(w) {
  const machines = w.hosts > 0 && w.hosts < w.count ? ` on ${count(w.hosts, "machine")}` : "";
  const lost = w.lost > 0 ? `; ${w.lost} of them lost, with ${percent(w.lost_share ?? 0)} of the load` : "";
  const sentences = [`${count(w.count, "worker")}${machines}${lost}.`];
  if (w.of.filter((worker) => worker.first_start >= 0).length > 1) {
    sentences.push(`They began ${duration(w.spread)} apart, ± ${duration(2 * w.bound)} by the error of their clocks.`);
  }
  if (w.unlike?.length > 0) sentences.push(`They differ in ${w.unlike.map(fieldName).join(", ")}.`);
  return sentences;
}
