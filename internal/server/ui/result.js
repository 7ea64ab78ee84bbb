// The view of a result.

import { charts } from "./chart.js";
import { $, badge, element, exact, fill, pair, row, sampled } from "./core/dom.js";
import { capital, duration, money, number, percent, sentence } from "./core/format.js";
import { indent } from "./core/json.js";
import { showDetail } from "./detail.js";
import { showRunWorkers } from "./runworkers.js";

// showResult shows a result under a title. text is the same result as JSON.
export function showResult(title, result, text) {
  const root = $("result");
  root.hidden = false;
  fill(root, "title", title);
  fill(root, "about", [result.name && describe(result.spec), result.benchmark_id].filter(Boolean).join(" · "));
  showBadges(root, result);
  showFigures(root, result);
  showCounts(root, result.counts);
  showDoubts(root, result.validity);
  showRemarks(result.warnings);
  showThresholds(root, result);
  showCharts(root, result.series);
  showDistribution(root, result);
  showFacts(root, result, text);
  showRunWorkers(root, result.workers);
  showDetail(root, result);
  showErrors(root, result.errors);
  $("raw").textContent = indent(text);
}

// describe summarizes a spec in a few words.
export function describe(spec) {
  const { kind, duration: each } = spec.workload ?? { duration: duration((spec.job_duration_ms ?? 100) / 1000) };
  const job = [kind, each].filter(Boolean).join(" ");
  const words = [spec.num_jobs ? `${number(spec.num_jobs)} × ${job}` : `${job} jobs`];
  if (spec.rate) words.push(`${number(spec.rate)}/s`);
  if (spec.concurrency) words.push(`${number(spec.concurrency)} at a time`);
  if (spec.duration) words.push(`for ${spec.duration}`);
  return words.join(", ");
}

export const moods = {
  completed: "good", cancelled: "doubtful", interrupted: "doubtful", failed: "bad",
  valid: "good", degraded: "doubtful", invalid: "bad",
  pass: "good", fail: "bad", no_data: "doubtful",
};

export const verdict = (name) => (name === "none" ? "no thresholds" : name.replace("_", " "));

function showBadges(root, r) {
  badge(root, "status", r.status, moods[r.status]);
  badge(root, "validity", r.validity.state, moods[r.validity.state]);
  badge(root, "verdict", verdict(r.verdict), moods[r.verdict]);
}

function showFigures(root, r) {
  fill(root, "throughput", exact(r.throughput, number(r.throughput)));
  fill(root, "mean_latency", sampled(r.latency, r.mean_latency));
  fill(root, "latency.p99", sampled(r.latency, r.latency.p99));
  fill(root, "total_cost", exact(r.total_cost, money(r.total_cost, r.cost.currency)));
}

function showDoubts(root, validity) {
  $("doubts").hidden = validity.reasons.length === 0;
  $("doubts").className = `notice ${moods[validity.state]}`;
  fill(root, "doubts-title", validity.state === "invalid" ? "These numbers are not to be believed" : "These numbers deserve some doubt");
  fill(root, "reasons", ...validity.reasons.map((reason) => element("li", {}, capital(sentence(reason.message)))));
}

function showRemarks(warnings = []) {
  $("remarks").hidden = warnings.length === 0;
  $("remarks").replaceChildren(...warnings.map((warning) => element("li", {}, capital(sentence(warning)))));
}

function showThresholds(root, r) {
  $("judged").hidden = r.thresholds.length === 0;
  fill(root, "thresholds", ...r.thresholds.map((check) => row(
    element("code", {}, check.expression),
    check.no_data ? "–" : exact(check.value, thresholdValue(check, r.cost.currency)),
    holdsBadge(check),
  )));
}

function holdsBadge({ ok, no_data }) {
  const [mood, text] = ok ? ["good", "yes"] : no_data ? ["doubtful", "no data"] : ["bad", "no"];
  return element("span", { class: `badge ${mood}` }, text);
}

// thresholdValue shows the value of a threshold in the unit of its metric.
function thresholdValue(check, currency) {
  const metric = check.expression.match(/[a-z0-9_.]*/)[0];
  if (metric.endsWith("error_rate")) return percent(check.value);
  if (metric.includes("cost")) return money(check.value, currency);
  if (metric.endsWith("throughput")) return `${number(check.value)}/s`;
  if (metric === "in_flight" || metric.endsWith("_jobs") || metric.startsWith("counters.")) return number(check.value);
  return duration(check.value);
}

function showCharts(root, series) {
  const enough = series.length >= 2;
  $("charts").hidden = !enough;
  if (enough) fill(root, "charts", ...charts(series));
}

function showDistribution(root, result) {
  const lines = [["Min", "min"], ["Mean", "mean"], ["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"], ["p99.9", "p999"], ["Max", "max"]];
  const of = [result.latency, result.service_time, result.delay];
  fill(root, "distribution", ...lines.map(([label, key]) =>
    row(label, ...of.map((summary) => sampled(summary, summary[key])))));
}

// showCounts marks counts of jobs that did not end ok, and dims zeros.
function showCounts(root, counts) {
  const names = ["planned", "ok", "failed", "timeout", "cancelled", "dropped", "lost"].filter((name) => name !== "lost" || counts.lost > 0);
  fill(root, "counts", ...names.map((name, i) =>
    pair(capital(name), exact(counts[name], number(counts[name])), counts[name] === 0 ? "none" : i > 1 ? "bad" : "")));
}

function showFacts(root, r, text) {
  fill(root, "facts", ...facts(r, text).filter(Boolean).map(([term, value, written]) => pair(term, written === undefined ? value : exact(value, written))));
}

// facts returns [term, value] or [term, value, rounded text].
function facts(r, text) {
  const { max, at_least: least = max, mean, effective } = r.in_flight;
  return [
    ["Duration", r.duration, duration(r.duration)],
    ["Model", r.model],
    ["In flight, max", max, least < max ? `${number(least)} to ${number(max)}` : number(max)],
    ["In flight, mean", mean, number(mean)],
    effective !== mean && ["Of them at work at once", effective, number(effective)],
    r.rate && ["Rate asked for", r.rate.target, `${number(r.rate.target)}/s`],
    r.rate && ["Rate achieved", r.rate.achieved, `${number(r.rate.achieved)}/s`],
    r.warmup && ["Warm-up, not judged", r.warmup.counts.ok, `${duration(r.warmup.duration)}, ${number(r.warmup.counts.ok)} jobs ok`],
    ["Cost of a million jobs", r.cost.per_million_jobs, money(r.cost.per_million_jobs, r.cost.currency)],
    ["Seed", text.match(/"seed":(\d+)/)?.[1] ?? r.seed], // the seed may exceed the integers of JavaScript
    ["Started", element("time", { datetime: r.start_time }, new Date(r.start_time).toLocaleString())],
  ];
}

function showErrors(root, errors) {
  const some = errors.filter((error) => error.count > 0);
  $("failures").hidden = some.length === 0;
  fill(root, "errors", ...some.map((error) => row(error.class, exact(error.count, number(error.count)), error.sample)));
}
