// Thresholds in words.

import { duration, money, number, percent } from "../../core/format.js";

const metricOf = (expression) => expression.trim().match(/^[^\s<>=!]*/)[0];

/**
 * Returns a value in the unit of a threshold's metric.
 * @param {string} expression
 * @param {number} value
 * @param {string} currency
 */
export function thresholdValue(expression, value, currency) {
  const metric = metricOf(expression);
  if (metric.endsWith("error_rate")) return percent(value);
  if (metric.includes("cost")) return money(value, currency);
  if (metric.endsWith("throughput")) return `${number(value)}/s`;
  if (metric === "in_flight" || metric.endsWith("_jobs") || metric.startsWith("counters.")) return number(value);
  return duration(value);
}

const nameOf = (expression) => metricOf(expression).replace(/^latency\./, "").replaceAll("_", " ");

/**
 * Says how thresholds fare: those that fail first, by name, and of them the error
 * rate first.
 * @param {import("../../types").ThresholdCheck[]} checks
 * @param {string} currency
 * @returns {string} "" without thresholds
 */
export function thresholdsInWords(checks, currency) {
  const value = ({ expression, value: is }) => `${nameOf(expression)} ${thresholdValue(expression, is, currency)}`;
  const later = ({ expression }) => Number(metricOf(expression) !== "error_rate");
  const failing = checks.filter(({ ok, no_data: noData }) => !ok && !noData).sort((a, b) => later(a) - later(b));
  const missing = checks.filter(({ ok, no_data: noData }) => !ok && noData);
  const holding = checks.filter(({ ok }) => ok);
  const words = failing.slice(0, 2).map((check) => `${value(check)} fails ${check.expression}`);
  if (failing.length > 2) words.push(`${number(failing.length - 2)} more fail`);
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  if (missing.length > 0) words.push(`no data for ${missing[0].expression}${more}`);
  const n = number(holding.length);
  if (holding.length > 1) words.push(words.length > 0 ? `the other ${n} hold` : `all ${n} thresholds hold`);
  if (holding.length === 1) words.push(`${value(holding[0])} holds`);
  return words.join("; ");
}
