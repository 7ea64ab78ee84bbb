// The workers of a run: what each of them measured, and how they began.

import { below, element, exact, row, svg } from "../../core/dom.js";
import { count, duration, number, percent } from "../../core/format.js";
import { badgeOf } from "../../core/words.js";
import { drawn } from "./drawn.js";
import { amount, tableOf } from "./table.js";
import { fieldName, unlike } from "./unlike.js";

const few = 10; // workers that are shown at first

/** Returns the workers: { node, show }. */
export function workers() {
  const node = element("section", { class: "card workers" });
  let all = false;
  const show = drawn(node, (of) => {
    if (!of) return [];
    const button = element("button", { type: "button", class: "small", "aria-expanded": String(all) },
      all ? `Show ${few}` : `Show all ${count(of.of.length, "worker")}`);
    const place = element("div", {}, workersTable(of, all));
    button.addEventListener("click", () => {
      all = !all;
      button.textContent = all ? `Show ${few}` : `Show all ${count(of.of.length, "worker")}`;
      button.setAttribute("aria-expanded", String(all));
      place.replaceChildren(workersTable(of, all));
    });
    return [element("h2", {}, "Workers"), element("p", { class: "hint" }, summary(of).join(" ")), place,
      ...(of.of.length > few ? [button] : [])];
  });
  return { node, show: ({ result }) => show(result?.workers ?? null) };
}

function workersTable(of, all) {
  const shown = columns.filter(({ some }) => !some || of.of.some(some));
  const top = Math.max(...of.of.map(({ throughput }) => throughput));
  const differs = unlike(of);
  const later = ({ state }) => Number(state !== "lost");
  const list = [...of.of].sort((a, b) => later(a) - later(b)).slice(0, all ? Infinity : few);
  const rows = list.map((worker) => row(title(worker, differs), ...shown.map(({ cell }) => cell(worker, top))));
  if (of.rest && all) {
    rows.push(row(`${count(of.rest.count, "more worker")} together`,
      ...shown.map(({ cell, sums }) => (sums ? cell({ ...of.rest, state: "" }, 0) : ""))));
  }
  return tableOf("Workers", ["Worker", ...shown.map(({ name }) => name)], rows);
}

const time = (samples, seconds) => (samples > 0 ? exact(seconds, duration(seconds)) : "–");

// usage is how busy a worker was; a lost one may not have said it.
const usage = ({ state, cpu }) =>
  (state !== "lost" || cpu > 0 ? exact(cpu, percent(Math.round(cpu * 1000) / 1000)) : "–");

// columns lists the columns. One with some is only shown if that holds for a
// worker; one with sums has a value for several workers together.
const columns = [
  { name: "State", cell: ({ state }) => badgeOf(state, state === "lost" ? "bad" : "") },
  { name: "Jobs/s", cell: speed, sums: true },
  { name: "CPU", cell: usage },
  { name: "p50", cell: ({ counts, latency }) => time(counts.ok, latency.p50) },
  { name: "p99", cell: ({ counts, latency }) => time(counts.ok, latency.p99) },
  { name: "Delay p99", cell: ({ counts, delay }) => time(counts.ok + counts.failed + counts.timeout, delay.p99) },
  { name: "Ok", cell: ({ counts }) => amount(counts.ok), sums: true },
  { name: "Failed", cell: ({ counts }) => amount(counts.failed + counts.timeout), sums: true },
  { name: "Dropped", cell: ({ counts }) => amount(counts.dropped), sums: true, some: (one) => one.counts.dropped > 0 },
  {
    name: "Lost", cell: ({ counts }) => amount(counts.lost), sums: true,
    some: ({ counts, state }) => counts.lost > 0 || state === "lost",
  },
];

// speed is the throughput with a bar, as long as the share of the quickest worker.
function speed({ throughput }, top) {
  const value = exact(throughput, number(throughput));
  if (top === 0) return value;
  const bar = { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" };
  return element("span", { class: "speed" }, value,
    svg("svg", bar, svg("rect", { width: (100 * throughput) / top, height: 1 })));
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
