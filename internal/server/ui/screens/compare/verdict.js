// The verdict of a comparison, in words.

import { count, number } from "../../core/format.js";
import { labelOf, scoped, signed, signedInterval, sizeInterval, sizeOf, written } from "./metric.js";

/** @typedef {import("../../types").Comparison} Comparison */
/** @typedef {import("../../types").MetricComparison} Metric */

// phrases say that a metric of head is higher (up) or lower, by a size that is a
// factor if it more than doubled.
const phrases = {
  throughput: (up, { text, factor }) => (factor ? `ends ${text} times as many jobs a second`
    : `ends ${text} ${up ? "more" : "fewer"} jobs a second`),
  mean_latency: (up, size) => `${slower(up, size)} on average`,
  "delay.p99": (up, { text, factor }) => (factor ? `starts its jobs ${text} times as late, at p99 of the delay`
    : `starts its jobs ${text} ${up ? "later" : "less late"}, at p99 of the delay`),
  error_rate: (up, { text }) => `has an error rate that is ${text} ${up ? "higher" : "lower"}`,
  cost_per_million: (up, { text, factor }) => (factor ? `costs ${text} times as much`
    : `costs ${text} ${up ? "more" : "less"}`),
};

const slower = (up, { text, factor }) => (factor ? `takes ${text} times as long` : `is ${text} ${up ? "slower" : "faster"}`);

/**
 * Says how head differs in a metric: is 8.1 % slower at p99.
 * @param {Metric} m
 */
export function predicate(m) {
  if (!m.difference) {
    const change = `${written(m.unit, m.base.median)} to ${written(m.unit, m.head.median)}`;
    return `went from ${change} in ${labelOf(m.metric)}`;
  }
  const up = m.difference.value > 0;
  const size = sizeOf(m);
  const { scenario, own } = scoped(m.metric);
  return (phrases[own]?.(up, size) ?? `${slower(up, size)} at ${own}`) + (scenario && ` in ${scenario}`);
}

// importance is the order in which metrics lead the verdict.
const importance = ["error_rate", "p99", "p99.9", "p90", "p50", "mean_latency", "throughput", "cost_per_million"];

/** rank orders metrics: those of the run before those of its scenarios. */
function rank({ metric }) {
  const { scenario, own } = scoped(metric);
  return ((importance.indexOf(own) + 1) || importance.length + 1) + (scenario ? 2 * importance.length : 0);
}

const relevantErrors = 0.001; // the difference in error rate that matters

/**
 * matters reports whether a difference is as large as the threshold. Below 0 the
 * threshold is a factor: 5 % is 1 / 1.05.
 * @param {Pick<Metric, "unit" | "difference">} metric
 * @param {number} threshold
 */
export function matters({ unit, difference }, threshold) {
  if (!difference) return true;
  if (unit === "share") return Math.abs(difference.value) >= relevantErrors - 1e-12;
  return Math.abs(Math.log1p(difference.value)) >= Math.log1p(threshold) - 1e-12;
}

const decides = ({ metric }) => metric !== "delay.p99";

/**
 * Returns the verdict in words: its word and mood, what leads, in how many runs,
 * and what else is known, as [term, metrics or text].
 * @param {Comparison} c
 */
export function verdictOf(c) {
  const large = (verdict) => c.metrics.filter((m) => decides(m) && m.verdict === verdict && matters(m, c.threshold))
    .sort((a, b) => rank(a) - rank(b));
  const [worse, better] = [large("worse"), large("better")];
  const runs = `${number(c.base.runs)} against ${count(c.head.runs, "run")}`;
  const lead = leadOf(c, worse, better, runs);
  const list = (metrics) => metrics.filter((m) => m !== lead.metric).map(listed).join(", ");
  const rest = c.metrics.filter((m) => m !== lead.metric && !worse.includes(m) && !better.includes(m));
  const names = (verdict) => rest.filter((m) => m.verdict === verdict).map((m) => labelOf(m.metric)).join(", ");
  const others = rest.filter((m) => m.verdict === "worse" || m.verdict === "better");
  const small = others.filter((m) => !matters(m, c.threshold));
  const notes = [
    [lead.metric?.verdict === "worse" ? "Also worse" : "Worse", list(worse)],
    [lead.metric?.verdict === "better" ? "Also better" : "Better", list(better)],
    ["Not judged", others.filter((m) => !small.includes(m)).map(listed).join(", ")],
    [`By less than the ${limitOf(c)} that matter`, small.map(listed).join(", ")],
    ["The same", names("same")],
    ["No evidence (~)", c.base.runs && c.head.runs && c.verdict !== "too_little_evidence" ? names("unknown") : ""],
    ["Weak evidence", weakly(c)],
  ];
  return { ...lead, runs, notes: notes.filter(([, text]) => text !== "") };
}

// weakly lists what the series of two single runs say.
function weakly(c) {
  const found = withinOf(c).filter(({ verdict }) => verdict !== "");
  return found.length ? `${found.map(({ label, change }) => `${label} ${change}`).join(", ")} within these two runs` : "";
}

const listed = (m) => `${labelOf(m.metric)} ${m.difference ? signed(m.unit, m.difference.value) : "from 0"}`;

// limitOf writes the difference that matters.
export const limitOf = ({ threshold }) => `${Number((100 * threshold).toPrecision(4))}\u00a0%`;

function leadOf(c, worse, better, runs) {
  const about = (mood, word, metric) => ({
    mood, word, metric, sentence: `head ${predicate(metric)}`,
    interval: metric.difference ? sizeInterval(metric) : "", ending: `, ${runs}`,
  });
  if (c.verdict === "regression" && worse.length) return about("bad", "Regression", worse[0]);
  if (c.verdict === "improvement" && better.length) return about("good", "Improvement", better[0]);
  if (c.verdict === "no_change") {
    return { mood: "good", word: "No change", interval: "", ending: `, ${runs}`,
      sentence: `head and base do not differ by the ${limitOf(c)} that matter` };
  }
  return { mood: "doubtful", word: "Too little evidence", interval: "", ending: "", sentence: tooLittle(c, runs) };
}

// fewest is how many runs of each side it takes to find any difference.
const fewest = 4;

function tooLittle(c, runs) {
  if (c.base.runs === 0 || c.head.runs === 0) {
    const sides = [["base", c.base], ["head", c.head]].filter(([, { runs: n }]) => n === 0).map(([side]) => side);
    return `There is nothing to compare: ${sides.join(" and ")} ${sides.length > 1 ? "have" : "has"} no usable run`;
  }
  if (c.warnings.some(({ code }) => code === "too_few_runs")) {
    return `${runs} cannot tell a difference from chance: it takes ${fewest} of each`;
  }
  const more = c.more_runs ? `; about ${count(c.more_runs, "more run")} of each would tell` : "";
  return `~ No evidence of a difference, nor that there is none, in ${runs}${more}`;
}

/**
 * Returns the rows of the table of metrics, with what is to be drawn of each.
 * @param {Comparison} c
 */
export function rowsOf(c) {
  return c.metrics.map((m) => {
    const known = m.verdict !== "unknown";
    const interval = m.difference?.interval;
    return {
      metric: m.metric, label: labelOf(m.metric), unit: m.unit, judged: decides(m),
      base: sideOf(m, m.base, c.currency), head: sideOf(m, m.head, c.currency),
      change: !known ? "~" : m.difference ? signed(m.unit, m.difference.value) : "from 0",
      observed: !known && m.difference ? signed(m.unit, m.difference.value) : "",
      interval: interval ? signedInterval(m.unit, interval) : "",
      drawn: { low: interval?.low, value: m.difference?.value, high: interval?.high },
      mood: moods[m.verdict], verdict: m.verdict === "unknown" ? "" : m.verdict,
      p: m.too_few_runs ? null : m.p_adjusted, n: `${m.base.n} + ${m.head.n}`,
    };
  });
}

const moods = { worse: "bad", better: "good", same: "", unknown: "unknown" };

/**
 * @param {Metric} m
 * @param {Metric["base"]} side
 * @param {string} currency
 */
function sideOf(m, { n, median, interval }, currency) {
  if (n === 0) return { text: "–", range: "" };
  const range = interval ? `${written(m.unit, interval.low, currency)} … ${written(m.unit, interval.high, currency)}` : "";
  return { text: written(m.unit, median, currency), value: median, range };
}

/**
 * Returns what the series of two single runs say, as rows.
 * @param {Comparison} c
 */
export function withinOf(c) {
  return (c.within_runs ?? []).map(({ metric, difference, verdict }) => {
    const unit = metric === "error_rate" ? "share" : "";
    const { value, interval } = difference;
    return {
      metric, label: labelOf(metric), unit, judged: true, change: verdict === "unknown" ? "~" : signed(unit, value),
      interval: interval ? signedInterval(unit, interval) : "",
      drawn: { low: interval?.low, value, high: interval?.high },
      mood: moods[verdict], verdict: verdict === "unknown" ? "" : verdict,
    };
  });
}
