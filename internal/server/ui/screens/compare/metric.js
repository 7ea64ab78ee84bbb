// The values and differences of a compared metric, written for people.

import { duration, money, number, percent } from "../../core/format.js";

/** @typedef {import("../../types").MetricComparison} Metric */

const labels = {
  throughput: "throughput", mean_latency: "mean latency", "delay.p99": "p99 of the delay", error_rate: "error rate",
  cost_per_million: "cost of a million jobs",
};

/**
 * Splits the name of a metric: scenarios.login.p99 is p99 of login. The name of a
 * scenario may have dots.
 * @param {string} metric
 */
export function scoped(metric) {
  const [, scenario, own] = /^scenarios\.(.+?)\.(p[0-9.]+|[a-z_]+)$/.exec(metric) ?? [, "", metric];
  return { scenario, own };
}

// labelOf returns the name of a metric in words.
export function labelOf(metric) {
  const { scenario, own } = scoped(metric);
  const label = labels[own] ?? own;
  return scenario ? `${label} of ${scenario}` : label;
}

/**
 * Writes a value of a metric in its unit; a dash where there is none.
 * @param {string} unit
 * @param {number | null | undefined} value
 * @param {string} [currency] of money; without one, a number
 */
export function written(unit, value, currency) {
  if (value === null || value === undefined) return "–";
  if (unit === "seconds") return duration(value);
  if (unit === "share") return percent(value);
  if (unit === "jobs_per_second") return `${number(value)}/s`;
  return currency ? money(value, currency) : number(value);
}

// decimals returns how many digits after the point all of some shares need.
function decimals(shares) {
  const largest = Math.max(...shares.map((share) => Math.abs(share)));
  return largest >= 1 ? 0 : largest >= 0.01 || largest === 0 ? 1 : 2;
}

/**
 * Writes the sizes of differences alike: 8.1 % of the base, or points of a share.
 * @param {string} unit
 * @param {number[]} values
 * @param {(value: number, text: string) => string} [sign] adds the sign
 */
function sizes(unit, values, sign = (_, text) => text) {
  const digits = unit === "share" ? 2 : decimals(values);
  return values.map((value) => sign(value, Math.abs(100 * value).toLocaleString("en",
    { minimumFractionDigits: digits, maximumFractionDigits: digits })));
}

const unitOf = (unit) => (unit === "share" ? "points" : "%");
const plus = (value, text) => (Number(text.replaceAll(",", "")) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`);

// signed writes a difference with its sign: +8.1 %, −0.20 points.
export const signed = (unit, value) => `${sizes(unit, [value], plus)[0]}\u00a0${unitOf(unit)}`;

/**
 * Writes an interval with signs: +5.2 … +11.0 %.
 * @param {string} unit
 * @param {{ low: number, high: number }} interval
 */
export function signedInterval(unit, { low, high }) {
  const [from, to] = sizes(unit, [low, high], plus);
  return `${from} … ${to}\u00a0${unitOf(unit)}`;
}

/**
 * sizeOf writes a difference without its sign, or the factor of one that more
 * than doubles its metric: { text, factor }.
 * @param {Metric} metric with a difference
 */
export function sizeOf({ unit, difference: { value } }) {
  if (unit !== "share" && value >= 1) return { text: number(1 + value), factor: true };
  return { text: `${sizes(unit, [value])[0]}\u00a0${unitOf(unit)}`, factor: false };
}

/**
 * Writes the interval of a difference as sizeOf writes the difference, smaller
 * end first: 5.2 % … 11.0 %. Signs are there where they differ.
 * @param {Metric} metric
 */
export function sizeInterval({ unit, difference: { value, interval } }) {
  if (!interval) return "";
  const { low, high } = interval;
  if (unit !== "share" && value >= 1) return `${number(1 + low)} … ${number(1 + high)}`;
  const ends = low < 0 && high <= 0 ? [-high, -low] : [low, high];
  const mixed = ends[0] < 0 && ends[1] > 0;
  const [from, to] = sizes(unit, ends, mixed ? plus : undefined);
  const of = `\u00a0${unitOf(unit)}`;
  return unit === "share" ? `${from} … ${to}${of}` : `${from}${of} … ${to}${of}`;
}
