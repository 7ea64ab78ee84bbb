// Thresholds as texts, and as what they are made of.

import { thresholdText } from "../../core/command.js";

const times = ["ms", "s", "us", "m"];
const shares = ["%", ""];
const bare = [""];

/**
 * What a threshold may be about: its name, what it is, and the units of its value.
 * @type {[string, string, string[]][]}
 */
export const metrics = [
  ["p50", "Latency, p50", times], ["p90", "Latency, p90", times], ["p95", "Latency, p95", times],
  ["p99", "Latency, p99", times], ["p99.9", "Latency, p99.9", times], ["max", "Latency, longest", times],
  ["mean_latency", "Latency, mean", times],
  ["error_rate", "Error rate", shares],
  ["throughput", "Throughput, jobs/s", bare],
  ["delay.p99", "Delay of the start, p99", times],
  ["service_time.p50", "Service time, p50", times], ["service_time.p99", "Service time, p99", times],
  ["failed_jobs", "Failed jobs", bare], ["dropped_jobs", "Dropped jobs", bare],
  ["cost_per_million", "Cost of a million jobs", bare], ["total_cost", "Cost in all", bare],
];

export const unitsOf = (metric) => metrics.find(([name]) => name === metric)?.[2] ?? bare;

export const operators = ["<", "<=", ">", ">=", "==", "!="];

/**
 * Returns the parts of a threshold of a spec, which may be a draft. An expression
 * that cannot be chosen has the metric "" and its own text.
 * @param {string | { expression: string, abort_on_fail?: boolean, after?: string }} threshold
 */
export function partsOf(threshold) {
  const given = typeof threshold === "string" ? { expression: threshold } : threshold;
  const { expression, abort_on_fail: aborts = false, after = "" } = given;
  const text = expression.trim();
  const stop = aborts ? (after ? "after" : "at once") : "";
  const pattern = /^([a-z0-9_.]+)\s*(<=|>=|==|!=|<|>)\s*([\d.eE+-]*)\s*([a-z%]*)$/;
  const [, metric, operator, value, unit] = text.match(pattern) ?? [];
  const known = metric && metrics.some(([name]) => name === metric);
  if (!known || !unitsOf(metric).includes(unit)) {
    if (/ abort( after \S+)?$/.test(text)) return { metric: "", text: thresholdText(threshold), stop: "", after: "" };
    return { metric: "", text, stop, after };
  }
  return { metric, operator, value, unit, stop, after };
}

/**
 * Returns a threshold as JSON.
 * @param {object} parts as partsOf returns them
 */
export function thresholdJSON({ metric, operator, value, unit, text, stop, after }) {
  const expression = metric ? `${metric} ${operator} ${value}${unit}` : text;
  if (!stop) return JSON.stringify(expression);
  return JSON.stringify({ expression, abort_on_fail: true, ...(stop === "after" && { after }) });
}
