// What jobs report about themselves: phases, counters, and the parts of a mix.

import { $, exact, fill, row, sampled } from "./core/dom.js";
import { number } from "./core/format.js";

export function showDetail(root, result) {
  table(root, "phases", Object.entries(result.phases ?? {}).map(([name, phase]) => row(name, amount(phase.count), ...times(phase, ["mean", "p50", "p99", "max"]))));
  table(root, "counters", Object.entries(result.counters ?? {}).map(([name, counter]) => counted(name, counter)));
  table(root, "parts", (result.parts ?? []).toSorted(byErrors).map(part));
}

// table shows rows, or hides the table when there are none.
function table(root, name, rows) {
  $(name).hidden = rows.length === 0;
  fill(root, name, ...rows);
}

const amount = (value) => (value === undefined ? "–" : exact(value, number(value)));

// times returns members of a summary.
const times = (summary, names) => names.map((name) => sampled(summary, summary[name]));

function counted(name, { total, per_second, per_job, per_cpu_second }) {
  return row(name, amount(total), amount(per_second), amount(per_job), amount(per_cpu_second));
}

// byErrors sorts parts by error rate, highest first.
const byErrors = (a, b) => errorRate(b.counts) - errorRate(a.counts);

function errorRate({ ok, failed, timeout, dropped, lost }) {
  const bad = failed + timeout + dropped + lost;
  return bad === 0 ? 0 : bad / (bad + ok);
}

function part({ name, counts, throughput, latency }) {
  return row(name, amount(counts.planned), amount(counts.ok), amount(counts.failed + counts.timeout), amount(throughput), ...times(latency, ["p50", "p99"]));
}
