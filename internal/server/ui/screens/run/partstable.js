// The parts of a mix: those that failed most come first.

import { row } from "../../core/dom.js";
import { percent } from "../../core/format.js";
import { failuresOf } from "./counts.js";
import { amount, tableOf, times } from "./table.js";

/**
 * Returns the parts of a run, the one with the highest error rate first: { name,
 * counts, throughput, latency }.
 * @param {import("./view.js").View} view
 */
export function partsOf({ result, progress }) {
  const parts = result?.parts ?? (progress?.so_far?.parts ?? []).map(({ name, ok, failed, p99 }) =>
    ({ name, counts: { ok, failed }, latency: { count: ok, p99 } }));
  return [...parts].sort((a, b) => failuresOf(b.counts).rate - failuresOf(a.counts).rate);
}

/**
 * Returns parts as a table. Of a live run, throughput and p50 are not known.
 * @param {string} name of the table
 * @param {object[]} parts as partsOf returns them
 */
export function partsTable(name, parts) {
  const known = columns.filter(({ has }) => !has || parts.some(has));
  return tableOf(name, ["Part", ...known.map((column) => column.name)],
    parts.map((part) => row(part.name, ...known.map(({ cell }) => cell(part)))));
}

function rateOf({ counts }) {
  const { owed, rate } = failuresOf(counts);
  return owed > 0 ? percent(rate) : "–";
}

const columns = [
  { name: "Ok", cell: ({ counts }) => amount(counts.ok) },
  { name: "Failed", cell: ({ counts }) => amount(failuresOf(counts).bad) },
  { name: "Error rate", cell: rateOf },
  { name: "Ok a second", cell: ({ throughput }) => amount(throughput), has: (part) => part.throughput !== undefined },
  { name: "p50", cell: ({ latency }) => times(latency, ["p50"])[0], has: (part) => part.latency.p50 !== undefined },
  { name: "p99", cell: ({ latency }) => times(latency, ["p99"])[0] },
];
