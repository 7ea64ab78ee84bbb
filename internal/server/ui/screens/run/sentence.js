// The first sentence about a run: what became of it, or what it does now.

import { capital, count, duration, number, percent, sentence } from "../../core/format.js";
import { byCount, countsSoFar, errorName, failuresOf } from "./counts.js";
import { thresholdsInWords } from "./threshold.js";
import { checksOf, currencyOf, isLive, phaseOf, timelineOf } from "./view.js";

/**
 * Returns the sentence about a run, and its mood.
 * @param {import("./view.js").View} view
 * @returns {{ text: string, mood: string }}
 */
export function sentenceOf(view) {
  const { text, mood } = isLive(view) ? liveSentence(view) : view.result ? endSentence(view) : lostSentence(view);
  return { text: sentence(capital(text)), mood };
}

function liveSentence(view) {
  const { run, progress } = view;
  if (run.status === "queued") return { text: queueText(run.queue_position), mood: "" };
  if (!progress) return { text: "it has begun, and no interval has been measured yet", mood: "" };
  const phase = phaseOf(view);
  const activity = activityWords(view, phase);
  const course = phase === "waiting" ? [] : [...soFarWords(view), ...changeWords(view), leftWords(progress, phase)];
  const words = [activity, ...course];
  const failing = checksOf(view).some(({ ok, no_data: noData }) => !ok && !noData);
  const worry = activity.startsWith("no job ended") || phase === "paused";
  return { text: words.filter(Boolean).join("; "), mood: failing ? "bad" : worry ? "doubtful" : "" };
}

const queueText = (position) => (position > 1
  ? `it waits in the queue: ${position === 2 ? "1 run is" : `${number(position - 1)} runs are`} before it`
  : "it is the next in the queue");

// activityWords says what a run waits for, and since when it is paused.
function activityWords(view, phase) {
  const activity = view.progress.activity ?? "";
  if (phase !== "paused") return activity;
  const rest = activity.startsWith("paused") ? activity.slice("paused".length) : "";
  const pause = timelineOf(view).findLast(({ kind }) => kind === "pause");
  return pause ? `paused at ${duration(pause.t)}${rest}` : activity;
}

// changeWords says what the load was changed to last.
function changeWords(view) {
  const change = timelineOf(view).findLast(({ kind }) => kind === "load");
  return change ? [`load changed at ${duration(change.t)}: ${change.detail}`] : [];
}

// soFarWords says how a run fares.
function soFarWords(view) {
  const counts = countsSoFar(view.progress);
  const errors = view.progress.so_far?.errors ?? [];
  return [
    counts.ok + counts.failed > 0 ? jobWords(counts, errors, `${count(counts.ok, "job")} ok`) : "",
    thresholdsInWords(checksOf(view), currencyOf(view)),
  ];
}

// leftWords says how long a run still takes. While it ends, what it waits for
// says that.
function leftWords({ remaining }, phase) {
  const ending = phase === "draining" || phase === "stopping";
  return remaining > 0 && !ending ? `${duration(Math.ceil(remaining))} left` : "";
}

// jobWords says which share of the jobs failed, and of what; fine if none did.
function jobWords(counts, errors, fine) {
  const { bad, rate } = failuresOf(counts);
  if (bad === 0) return fine;
  const { dropped = 0, lost = 0 } = counts;
  const reasons = byCount(errors).slice(0, 2).map((one) => `${errorName(one)}, ${number(one.count)}`);
  if (dropped > 0) reasons.push(`dropped, ${number(dropped)}`);
  if (lost > 0) reasons.push(`lost with a worker, ${number(lost)}`);
  return `${percent(rate)} failed${reasons.length > 0 ? `: ${reasons.join("; ")}` : ""}`;
}

// endSentence is about a run that has a result.
function endSentence({ run, result: r }) {
  const ended = r.counts.ok + r.counts.failed + r.counts.timeout;
  const early = {
    cancelled: `stopped after ${count(ended, "job")}`, interrupted: `interrupted after ${count(ended, "job")}`,
    failed: run.error || "it could not be executed to its end",
  }[r.status] ?? (r.aborted ? `${r.aborted.expression} ended it at ${duration(r.aborted.t)}` : "");
  const judged = thresholdsInWords(r.thresholds, r.cost.currency);
  const some = r.latency.count > 0;
  const fine = ended === 0 ? "no job ended" : `all ${count(r.counts.ok, "job")} ok`;
  const words = [
    early, r.validity.state === "invalid" ? "the numbers are not to be believed" : "",
    jobWords(r.counts, r.errors, fine), rateWords(r, some),
    judged || (some ? `p99 ${duration(r.latency.p99)}` : ""),
  ];
  return { text: words.filter(Boolean).join("; "), mood: endMood(r) };
}

// rateWords says how fast a run was, if it should have been faster.
function rateWords({ rate, throughput, thresholds }, some) {
  if (rate && rate.achieved < 0.99 * rate.target) {
    return `started ${number(rate.achieved)}/s of ${number(rate.target)}/s`;
  }
  return some && thresholds.length === 0 ? `${number(throughput)} ok/s` : "";
}

function endMood({ verdict, status, validity }) {
  if (verdict === "fail" || status === "failed" || validity.state === "invalid") return "bad";
  if (verdict === "no_data" || status !== "completed" || validity.state === "degraded") return "doubtful";
  return "good";
}

// lostSentence is about a run that ended without a result.
function lostSentence({ run, progress }) {
  const ended = progress ? progress.ok + progress.failed : 0;
  if (run.damaged) return { text: `what is kept of it cannot be read: ${run.damaged}`, mood: "bad" };
  if (run.status === "failed") return { text: run.error || "it could not be executed", mood: "bad" };
  const word = run.status === "cancelled" ? "stopped" : run.status;
  if (ended > 0) {
    const how = jobWords(countsSoFar(progress), progress.so_far?.errors ?? [], "all of them were ok");
    return { text: `${word} after ${count(ended, "job")}; ${how}; its result is lost`, mood: "doubtful" };
  }
  const when = run.started_at ? "before a job ended" : "in the queue, before it began";
  return { text: `${word} ${when}${run.error ? `: ${run.error}` : ""}`, mood: "doubtful" };
}
