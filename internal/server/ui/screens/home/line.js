// A run as its row shows it: what is needed of a summary, which may be large.

import { titleOf } from "../../core/words.js";
import { errorRate } from "../trend/history.js";

/** @typedef {import("../../types").RunSummary} RunSummary */

/**
 * @typedef {object} Line
 * @property {string} id
 * @property {string} name
 * @property {string} title the name, or what the run does
 * @property {[string, string][]} labels
 * @property {string} status
 * @property {boolean} baseline
 * @property {string} created when
 * @property {number} place in the queue; 0 when it does not wait
 * @property {object | null} progress
 * @property {string} kind of job
 * @property {string} note
 * @property {string} trouble why it failed or is unusable
 * @property {object | null} result
 */

/**
 * Returns the line of a run.
 * @param {RunSummary} run
 * @returns {Line}
 */
export function lineOf(run) {
  const unreadable = run.damaged && !run.name;
  return {
    id: run.id, name: run.name, title: unreadable ? "A damaged run" : titleOf(run),
    labels: Object.entries(run.labels ?? {}).sort(), status: run.damaged ? "damaged" : run.status,
    baseline: run.baseline, created: run.created_at, place: run.queue_position, progress: run.progress ?? null,
    kind: run.spec.workload?.kind ?? "sleep", note: run.note ?? "", trouble: run.damaged ?? run.error ?? "",
    result: run.result ? resultOf(run.result) : null,
  };
}

/** @param {RunSummary["result"]} result */
function resultOf({ verdict, thresholds, validity, throughput, latency, counts, duration, sparkline }) {
  return {
    verdict, missed: (thresholds ?? []).filter(({ ok }) => !ok).map(({ expression }) => expression),
    validity: validity.state, reasons: (validity.reasons ?? []).map(({ message }) => message),
    throughput, p50: latency.count ? latency.p50 : null, p99: latency.count ? latency.p99 : null,
    errors: errorRate(counts), duration, sparkline: sparkline ?? [],
  };
}

const ends = { failed: "bad", damaged: "bad", cancelled: "doubtful", interrupted: "doubtful" };
const verdicts = { fail: "bad", pass: "good", no_data: "doubtful" };

/**
 * Returns the words of a line's end: { text, mood, why }. They are how it ended,
 * its verdict and its validity, as far as they say more than that it completed.
 * @param {Line} line
 */
export function wordsOf({ status, trouble, result }) {
  const words = [];
  const add = (text, mood, why = "") => { if (mood) words.push({ text: text.replace("_", " "), mood, why }); };
  add(status, ends[status], trouble);
  if (!result) return words;
  add(result.verdict, verdicts[result.verdict], result.missed.length ? `missed: ${result.missed.join(", ")}` : "");
  add(result.validity, { invalid: "bad", degraded: "doubtful" }[result.validity], result.reasons.join("; "));
  return words;
}
