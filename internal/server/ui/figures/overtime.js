// A run over time: its latency, its throughput and its jobs in flight, with what
// was asked for. The page and the HTML report draw the same.

import { fromColumns } from "../charts/columns.js";
import { counts, durations, fromZero } from "../charts/domain.js";
import { band, bars, line } from "../charts/layers.js";
import { events, labels, limits, span } from "../charts/marks.js";
import { time } from "../charts/scale.js";
import { clock } from "../charts/ticks.js";
import { duration, number } from "../core/format.js";

/**
 * @typedef {object} Course a run over time
 * @property {object[]} points as pointsOf returns them
 * @property {object} asked as asked returns it
 * @property {object} [summary] of the whole run, once it has ended: { throughput, latency, in_flight }
 */

const perSecond = (value) => `${number(value)}/s`;

// at writes a time to a tenth of a second.
export const at = (value) => clock(Math.round(value * 10) / 10);

// pointsOf returns the points of a series with the beginning and the middle of
// their intervals, from and at. A point without a job that ended ok has no
// latency.
export const pointsOf = (series) => withoutBrief(series).map((point, i, all) => {
  const from = all[i - 1]?.t ?? 0;
  return { ...point, from, at: (point.t + from) / 2, ended: point.ended ?? point.ok > 0 };
});

const brief = 0.5; // seconds

// withoutBrief joins a brief last interval to the one before it: a few jobs in
// half a millisecond are no rate.
function withoutBrief(series) {
  const [start, before, last] = [series.at(-3)?.t ?? 0, series.at(-2), series.at(-1)];
  const length = before ? last.t - before.t : brief;
  if (length >= brief || before.t - start < 2 * length) return series;
  const ok = before.ok + last.ok;
  const joined = {
    ...(before.ok > 0 ? before : last), t: last.t, in_flight: last.in_flight, ok,
    started: before.started + last.started, failed: before.failed + last.failed, throughput: ok / (last.t - start),
  };
  return [...series.slice(0, -2), joined];
}

const values = (points, key) => points.map((point) => point[key]);
const latencies = (points, key) => points.map((point) => (point.ended ? point[key] ?? null : null));
const against = (times, list) => times.map((t, i) => [t, list[i]]);

// near returns the limits that are worth the room. One that is far from all
// values would flatten them, so it is shown at the edge.
function near(list, measured) {
  const [low, high] = [Math.min(...measured), Math.max(...measured)];
  const far = (value) => measured.length > 0 && (value > 2.5 * high || value < low / 5);
  return list.map(({ value }) => value).filter((value) => !far(value));
}

// shared returns what the charts of a course have in common.
function shared({ points, asked }) {
  const end = points.at(-1)?.t ?? 0;
  const spans = [
    ...(asked.warmup > 0 ? [[0, asked.warmup, "warm-up"]] : []),
    ...asked.pauses.map(([from, to]) => [from, to, "paused"]),
  ];
  return {
    x: { scale: time, domain: [0, end], write: clock },
    background: spans.map((one) => span(...one)),
    foreground: [events(asked.changes), labels([...spans.map(([from, , label]) => [from, label]), ...asked.changes])],
    marks: { spans, events: asked.changes },
    over: `over ${duration(end)}`,
  };
}

// latencyOptions returns what a plot of the latency shows.
export function latencyOptions(course) {
  const { points, asked, summary } = course;
  const { x, background, foreground, marks, over } = shared(course);
  const drawn = asked.limits.filter(({ chart }) => chart === "latency");
  const times = values(points, "at");
  const [p50, p90, p99] = ["p50", "p90", "p99"].map((key) => latencies(points, key));
  const measured = [...p50, ...p99].filter((value) => value !== null);
  const whole = summary?.latency.count > 0
    ? `: p50 ${duration(summary.latency.p50)}, p99 ${duration(summary.latency.p99)} as a whole` : "";
  return {
    title: "Latency", label: `Latency of jobs that ended ok ${over}${whole}`, x,
    y: durations([...measured, ...near(drawn, measured)], duration),
    layers: [...background, band(times.map((t, i) => [t, p50[i], p99[i]]), "a"), line(against(times, p99), "a"),
      line(against(times, p90), "b"), line(against(times, p50), "c"), limits(drawn), ...foreground],
    items: [{ name: "p99", tone: "a" }, { name: "p90", tone: "b" }, { name: "p50", tone: "c" }],
    ...fromColumns([
      { name: "Time", values: times, write: at }, { name: "p50", values: p50, write: duration },
      { name: "p90", values: p90, write: duration }, { name: "p99", values: p99, write: duration },
    ], { ...marks, limits: drawn }),
  };
}

// target returns the line of the load that was asked for, and its item of the
// legend; nothing without one.
const target = ({ load }, is) => (is && load.length > 0
  ? { corners: load, layers: [line(load, "e", "dashed")], items: [{ name: "asked for", tone: "e", style: "dashed" }] }
  : { corners: [], layers: [], items: [] });

// throughputOptions returns what a plot of the throughput shows, with the jobs
// that failed.
export function throughputOptions(course) {
  const { points, asked, summary } = course;
  const { x, background, foreground, marks, over } = shared(course);
  const drawn = asked.limits.filter(({ chart }) => chart === "throughput");
  const rate = target(asked, asked.open);
  const times = values(points, "at");
  const ok = values(points, "throughput");
  const failed = points.map((point) => point.failed / (point.t - point.from || 1));
  const some = failed.some((value) => value > 0);
  const measured = [...ok, ...failed, ...rate.corners.map(([, level]) => level)];
  const whole = summary ? `: ${perSecond(summary.throughput)} as a whole` : "";
  return {
    title: "Throughput", label: `Jobs that ended ok, a second, ${over}${whole}`, x,
    y: fromZero([...measured, ...near(drawn, measured)], perSecond),
    layers: [...background, ...rate.layers, line(against(times, ok), "a"),
      ...(some ? [bars(points.map((point, i) => [point.from, point.t, failed[i]]), "d")] : []),
      limits(drawn), ...foreground],
    items: [{ name: "ended ok", tone: "a" }, ...(some ? [{ name: "failed", tone: "d", style: "bar" }] : []), ...rate.items],
    ...fromColumns([
      { name: "Time", values: times, write: at }, { name: "ok", values: ok, write: perSecond },
      ...(some ? [{ name: "failed", values: failed, write: perSecond }] : []),
    ], { ...marks, limits: drawn, target: rate.corners }),
  };
}

// inFlightOptions returns what a plot of the jobs in flight shows.
export function inFlightOptions(course) {
  const { points, asked, summary } = course;
  const { x, background, foreground, marks, over } = shared(course);
  const level = target(asked, !asked.open);
  const times = [0, ...values(points, "t")]; // before the run began there were none
  const inFlight = [0, ...values(points, "in_flight")];
  const whole = summary ? `: ${number(summary.in_flight.max)} at most` : "";
  return {
    title: "In flight", label: `Jobs in flight ${over}${whole}`, x,
    y: counts([...inFlight, ...level.corners.map(([, n]) => n)], number),
    layers: [...background, ...level.layers, line(against(times, inFlight), "a"), ...foreground],
    items: [{ name: "in flight", tone: "a" }, ...level.items],
    ...fromColumns([
      { name: "Time", values: times, write: at }, { name: "in flight", values: inFlight, write: number },
    ], { ...marks, target: level.corners }),
  };
}
