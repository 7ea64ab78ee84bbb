// The charts of a comparison: both sides over time, and their percentiles.

import { durations, fromZero } from "../../charts/domain.js";
import { band, line } from "../../charts/layers.js";
import { plot } from "../../charts/plot.js";
import { tail, time } from "../../charts/scale.js";
import { clock, percentile } from "../../charts/ticks.js";
import { duration, number, percent } from "../../core/format.js";
import { at, envelope, quantiles } from "./overlay.js";

const perSecond = (value) => `${number(value)}/s`;
const ended = (key) => (point) => (point.ok > 0 ? point[key] : null);
const failed = (point) => (point.ok + point.failed > 0 ? point.failed / (point.ok + point.failed) : null);

const items = [{ name: "base", tone: "b" }, { name: "head", tone: "a" }];

/**
 * Returns the plots of two sides, as loadSide returns them.
 * @param {object} base
 * @param {object} head
 */
export function comparisonCharts(base, head) {
  const series = (side) => side.runs.map(({ result }) => result?.series ?? []).filter((points) => points.length > 1);
  const sides = [series(base), series(head)];
  const plots = [];
  if (sides.some((runs) => runs.length > 0)) {
    const rates = sides.flat(2).some((point) => point.failed > 0);
    plots.push(
      overTime("Throughput", sides, (point) => point.throughput, perSecond, fromZero),
      overTime("p99 latency", sides, ended("p99"), duration, durations),
      overTime("p50 latency", sides, ended("p50"), duration, durations),
      ...(rates ? [overTime("Error rate", sides, failed, percent, fromZero)] : []));
  }
  if (base.buckets.length > 0 && head.buckets.length > 0) plots.push(percentiles(base, head));
  return plots;
}

function overTime(title, sides, read, write, domain) {
  const curves = sides.map((runs) => envelope(runs, read));
  const longest = curves[0].length >= curves[1].length ? curves[0] : curves[1];
  const end = Math.max(...sides.flat().map((points) => points.at(-1).t));
  const values = curves.flat().flatMap(([, low, , high]) => (low === null ? [] : [low, high]));
  const text = (curve, i) => written(valueNear(curve, longest[i][0]), write);
  const layers = [1, 0].flatMap((i) => {
    const tone = items[i].tone;
    const several = sides[i].length > 1;
    return [
      ...(several ? [band(curves[i].map(([t, low, , high]) => [t, low, high]), tone)] : []),
      line(curves[i].map(([t, , median]) => [t, median]), tone),
    ];
  });
  return plot({
    title, label: `${title} of base and head over ${duration(end)}`,
    x: { scale: time, domain: [0, end], write: clock }, y: domain(values, write), layers, items,
    values: longest.map(([t]) => t),
    read: (i) => `${clock(Math.round(longest[i][0] * 10) / 10)}: base ${text(curves[0], i)}, head ${text(curves[1], i)}`,
    rows: {
      header: ["Time", "base", "head"],
      body: () => longest.map(([t], i) => [clock(Math.round(t * 10) / 10), text(curves[0], i), text(curves[1], i)]),
    },
  });
}

// valueNear returns the median of a curve at a moment; null where it has none.
function valueNear(curve, moment) {
  const step = curve.length > 1 ? curve[1][0] - curve[0][0] : Infinity;
  const found = curve.find(([t]) => Math.abs(t - moment) <= step / 2 + 1e-9);
  return found ? found[2] : null;
}

const written = (value, write) => (value === null ? "–" : write(value));

// nines are the shares that the table of percentiles has.
const nines = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];

function percentiles(base, head) {
  const sides = [base, head];
  const jobs = sides.map(({ buckets }) => buckets.reduce((sum, { count }) => sum + count, 0));
  const top = 1 - 1 / Math.max(...jobs, 10);
  const curves = sides.map(({ buckets, min, max }) => [[0, min], ...quantiles(buckets, max)]);
  const shown = curves.map((curve) => curve.map(([q, value]) => [Math.min(q, top), value]));
  const depth = -Math.log10(1 - top);
  const stops = Array.from({ length: 121 }, (_, i) => 1 - 10 ** (-depth * i / 120));
  const usual = shown.flat().filter(([q]) => q > 0.001).map(([, value]) => value);
  const text = (i, q) => written(at(curves[i], q), duration);
  return plot({
    title: "Percentiles of the latency", label: "The latency that a share of jobs did not exceed, of base and head: " +
      `p50 ${text(0, 0.5)} and ${text(1, 0.5)}, p99 ${text(0, 0.99)} and ${text(1, 0.99)}`,
    x: { scale: tail, domain: [0, top], write: percentile, name: "of the jobs took at most" },
    y: durations(usual, duration), layers: [line(shown[0], "b"), line(shown[1], "a")], items, values: stops,
    read: (i) => `${Number((100 * stops[i]).toPrecision(4))} %: base ${text(0, stops[i])}, head ${text(1, stops[i])}`,
    rows: {
      header: ["Share of the jobs", "base", "head"],
      body: () => nines.filter((q) => q <= top || q === 1).map((q) => [percentile(q), text(0, q), text(1, q)]),
    },
  });
}
