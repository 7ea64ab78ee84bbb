// The tab Latency: its percentiles, how it is distributed, and how much of it is
// service time and how much delay.

import { plot } from "../../charts/plot.js";
import { element, row } from "../../core/dom.js";
import { notice } from "../../core/problem.js";
import { asked } from "../../figures/asked.js";
import { histogramOptions, percentilesOptions } from "../../figures/distribution.js";
import { awaited } from "./drawn.js";
import { loadHistogram } from "./load.js";
import { amount, tableOf, times } from "./table.js";
import { isLive } from "./view.js";

const measured = [
  { of: "latency", name: "Latency", tone: "a" }, { of: "service_time", name: "Service time", tone: "b" },
  { of: "delay", name: "Delay", tone: "c" },
];

const all = [...measured, { of: "failed_latency", name: "Latency of failed jobs", tone: "" }];

export const latencyTab = {
  key: "latency", name: "Latency",
  value: ({ id, run, result }) => ({
    id, live: isLive({ run }), spec: run.spec, thresholds: result?.thresholds,
    summaries: result && Object.fromEntries(all.map(({ of }) => [of, result[of]])),
  }),
  draw(value, { signal }) {
    const { live, summaries } = value;
    if (!summaries) return [awaited(live, "There are percentiles")];
    const place = element("div", { class: "plots" });
    if (summaries.latency.count > 0) fill(place, value, signal);
    return [place, summaryTable(summaries), element("p", { class: "hint" },
      "Latency counts from when a job should have started: it is the delay of its start and its service time.")];
  },
};

async function fill(place, value, signal) {
  try {
    const loaded = await Promise.all(measured.map(async (one) =>
      ({ ...one, name: one.name.toLowerCase(), ...await loadHistogram(value.id, one.of, signal) })));
    const some = loaded.filter(({ buckets }) => buckets.length > 0);
    if (some.length === 0 || some[0].of !== "latency") return;
    const { limits } = asked({ spec: value.spec, thresholds: value.thresholds }, 0);
    const plots = [
      plot(percentilesOptions("Percentiles of the latency", some.slice(0, 1), limits)),
      plot(histogramOptions("Distribution of the latency", some[0])),
    ];
    if (some.length > 1) plots.push(plot(percentilesOptions("Service time against delay", some, [])));
    place.replaceChildren(...plots);
  } catch (error) {
    if (!signal.aborted) place.replaceChildren(notice(error, () => fill(place, value, signal)));
  }
}

const columns = [
  ["Min", "min"], ["Mean", "mean"], ["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"], ["p99.9", "p999"],
  ["Max", "max"],
];

function summaryTable(summaries) {
  const keys = columns.map(([, key]) => key);
  const rows = all.filter(({ of }) => of !== "failed_latency" || summaries[of].count > 0)
    .map(({ of, name }) => row(name, amount(summaries[of].count), ...times(summaries[of], keys)));
  return tableOf("Times", ["What", "Jobs", ...columns.map(([name]) => name)], rows);
}
