// The charts of a report, drawn from the result that the page holds. Its
// imports are of the folder internal/server/ui.

import { band, bars, line } from "./charts/layers.js";
import { crosses, events, limits, span } from "./charts/marks.js";
import { plot } from "./charts/plot.js";
import { linear, log, tail, time } from "./charts/scale.js";
import { clock, niceTop, percentile } from "./charts/ticks.js";
import { duration, number } from "./core/format.js";
import { indent } from "./core/json.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const result = read("result");
const asked = read("asked");
const buckets = result.histogram?.buckets ?? [];

// points of the series have the middle of their interval as at.
const points = (result.series ?? []).map((point, i, all) => {
  const from = all[i - 1]?.t ?? 0;
  return { ...point, from, at: (point.t + from) / 2 };
});
const end = points.at(-1)?.t ?? 0;
const overTime = { scale: time, domain: [0, end], write: clock };
const perSecond = (value) => `${number(value)}/s`;
const limitsOf = (chart) => asked.limits.filter((limit) => limit.chart === chart)
  .map((limit) => ({ ...limit, mood: limit.ok ? "good" : "bad" }));

// at writes a time to a tenth of a second.
const at = (seconds) => clock(Math.round(seconds * 10) / 10);

// when says at which time a point was, and what it had.
const when = (text) => (i) => `${at(points[i].at)}: ${text(points[i])}`;

const background = asked.warmup > 0 ? [span(0, asked.warmup, "warm-up")] : [];
const foreground = asked.events.length ? [events(asked.events.map(({ t, label }) => [t, label]))] : [];
const of = (key, has = () => true) => points.map((point) => [point.at, has(point) ? point[key] : null]);
const ended = (point) => point.ok > 0;

// fromZero returns a y axis from 0 to a round value above all values.
const fromZero = (values, write) => ({ scale: linear, domain: [0, niceTop(Math.max(...values, 0), 5)], write });

// durations returns a y axis of times: from 0, or logarithmic where the values
// differ by more than a factor of 30.
function durations(values) {
  const some = values.filter((value) => value > 0);
  const [low, high] = [Math.min(...some), Math.max(...some)];
  if (!(high > 30 * low)) return fromZero(some, duration);
  return { scale: log, domain: [low / 1.1, high * 1.1], write: duration };
}

// askedLine and askedItem are the line of a load that was asked for, and its
// item of the legend; nothing without one.
const askedLine = (load) => (load.length ? [line(load, "e", "dashed")] : []);
const askedItem = (load) => (load.length ? [{ name: "asked for", tone: "e", style: "dashed" }] : []);

function rateChart() {
  const drawn = limitsOf("throughput");
  const values = [
    ...points.map((point) => point.throughput), ...asked.target.map(([, rate]) => rate),
    ...drawn.map(({ value }) => value),
  ];
  return plot({
    title: "Rate",
    label: `Jobs that ended ok, a second, over ${duration(end)}: ${perSecond(result.throughput)} as a whole`,
    x: overTime, y: fromZero(values, perSecond),
    layers: [...background, ...askedLine(asked.target), line(of("throughput"), "a"), limits(drawn), ...foreground],
    items: [{ name: "ended ok", tone: "a" }, ...askedItem(asked.target)],
    values: points.map((point) => point.at), read: when((point) => perSecond(point.throughput)),
  });
}

function latencyChart() {
  const drawn = limitsOf("latency");
  const some = points.filter(ended);
  const values = [...some.flatMap((point) => [point.p50, point.p99]), ...drawn.map(({ value }) => value)];
  const spread = points.map((point) => [point.at, ...(ended(point) ? [point.p50, point.p99] : [null, null])]);
  return plot({
    title: "Latency",
    label: `Latency over ${duration(end)}: p50 ${duration(result.latency.p50)}, ` +
      `p99 ${duration(result.latency.p99)} as a whole`,
    x: overTime, y: durations(values),
    layers: [...background, band(spread, "a"),
      line(of("p99", ended), "a"), line(of("p90", ended), "b"), line(of("p50", ended), "c"),
      limits(drawn), ...foreground],
    items: [{ name: "p99", tone: "a" }, { name: "p90", tone: "b" }, { name: "p50", tone: "c" }],
    values: some.map((point) => point.at),
    read: (i) => `${at(some[i].at)}: p50 ${duration(some[i].p50)}, p99 ${duration(some[i].p99)}`,
  });
}

function inFlightChart() {
  const level = asked.level;
  return plot({
    title: "In flight",
    label: `Jobs in flight over ${duration(end)}: ${number(result.in_flight.max)} at most`,
    x: overTime, y: fromZero([...points.map((point) => point.in_flight), ...level.map(([, n]) => n)], number),
    layers: [...background, ...askedLine(level),
      line(points.map((point) => [point.t, point.in_flight]), "a"), ...foreground],
    items: [{ name: "in flight", tone: "a" }, ...askedItem(level)],
    values: points.map((point) => point.t),
    read: (i) => `${at(points[i].t)}: ${number(points[i].in_flight)}`,
  });
}

function failedChart() {
  const each = points.map((point) => [point.from, point.t, point.failed / (point.t - point.from || 1)]);
  return plot({
    title: "Failed", label: `Jobs that failed or timed out, a second, over ${duration(end)}`,
    x: overTime, y: fromZero(each.map(([, , rate]) => rate), perSecond),
    layers: [...background, bars(each, "d"), ...foreground],
    values: points.map((point) => point.at),
    read: when((point) => `${number(point.failed)} of ${number(point.ok + point.failed)}`),
  });
}

// quantiles returns the curve of the histogram: [share of samples, up to].
function quantiles() {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  return buckets.map(({ up_to, count }) => [(below += count) / total, Math.min(up_to, result.latency.max)]);
}

// usual returns the values of a curve without the fastest thousandth: a single
// one of them would stretch a logarithmic axis.
const usual = (curve) => curve.filter(([q], i) => q > 0.001 || i === curve.length - 1).map(([, value]) => value);

function curveChart() {
  const total = result.latency.count;
  const top = 1 - 1 / Math.max(total, 10);
  const curve = [[0, result.latency.min], ...quantiles().map(([q, value]) => [Math.min(q, top), value])];
  const drawn = limitsOf("latency").filter(({ quantile }) => quantile > 0);
  return plot({
    title: "Percentiles of the latency",
    label: `The latency that a share of jobs did not exceed: p50 ${duration(result.latency.p50)}, ` +
      `p99 ${duration(result.latency.p99)}, all ${duration(result.latency.max)}`,
    x: { scale: tail, domain: [0, top], write: percentile, name: "of the jobs took at most" },
    y: durations([...usual(curve), ...drawn.map(({ value }) => value)]),
    layers: [line(curve, "a"), crosses(drawn.map((limit) => ({ ...limit, at: Math.min(limit.quantile, top) })))],
    values: curve.map(([q]) => q),
    read: (i) => `${Number((100 * curve[i][0]).toPrecision(5))} %: ${duration(curve[i][1])}`,
  });
}

// grouped returns the histogram in bars of equal ratio: [from, to, count].
function grouped(low, high, n) {
  const ratio = Math.log(high / low) / n;
  const list = Array.from({ length: n }, (_, i) => [low * Math.exp(i * ratio), low * Math.exp((i + 1) * ratio), 0]);
  for (const { up_to, count } of buckets) {
    list[Math.min(Math.max(Math.ceil(Math.log(up_to / low) / ratio - 1e-6) - 1, 0), n - 1)][2] += count;
  }
  return list;
}

function histogramChart() {
  const low = Math.max(Math.min(...usual(quantiles())) / 1.02, 1e-9);
  const high = Math.max(result.latency.max, low * 1.01);
  const list = grouped(low, high, 40);
  return plot({
    title: "Distribution of the latency",
    label: `Jobs by their latency, from ${duration(result.latency.min)} to ${duration(high)}`,
    x: { scale: log, domain: [low, high], write: duration, name: "latency" },
    y: fromZero(list.map(([, , count]) => count), number), layers: [bars(list, "a")],
    values: list.map(([from, to]) => Math.sqrt(from * to)),
    read: (i) => `${duration(list[i][0])} to ${duration(list[i][1])}: ${number(list[i][2])}`,
  });
}

const charts = document.getElementById("charts");
if (points.length > 1) {
  charts.append(rateChart());
  if (result.latency.count > 0) charts.append(latencyChart());
  charts.append(inFlightChart());
  if (points.some((point) => point.failed > 0)) charts.append(failedChart());
}
if (buckets.length > 1) charts.append(curveChart(), histogramChart());

const raw = document.getElementById("raw");
const open = () => { raw.querySelector("pre").textContent = indent(document.getElementById("result").textContent); };
raw.addEventListener("toggle", open, { once: true });
