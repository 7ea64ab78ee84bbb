// Words for runs, and the moods of states.

import { element } from "./dom.js";
import { duration, number } from "./format.js";

/**
 * Summarizes a spec in a few words.
 * @param {any} spec of a run, or what a list has of it
 * @returns {string}
 */
export function describe(spec) {
  const { kind, duration: each } = spec.workload ?? { duration: duration((spec.job_duration_ms ?? 100) / 1000) };
  const job = [kind, each].filter(Boolean).join(" ");
  const words = [spec.num_jobs ? `${number(spec.num_jobs)} × ${job}` : `${job} jobs`];
  if (spec.replay) words.push(`as recorded, at ${spec.replay.speed}`);
  if (spec.rate) words.push(`${number(spec.rate)}/s`);
  if (spec.concurrency) words.push(`${number(spec.concurrency)} at a time`);
  if (spec.duration) words.push(`for ${spec.duration}`);
  return words.join(", ");
}

/**
 * The title of a run: its name, or what it does.
 * @param {import("../types").Run | import("../types").RunSummary} run
 */
export const titleOf = (run) => run.name || describe(run.spec);

/** Moods of statuses, validities and verdicts; others have none. */
export const moods = {
  completed: "good", cancelled: "doubtful", interrupted: "doubtful", failed: "bad",
  valid: "good", degraded: "doubtful", invalid: "bad",
  pass: "good", fail: "bad", no_data: "doubtful",
};

export const verdictWord = (verdict) => (verdict === "none" ? "no thresholds" : verdict.replace("_", " "));

/** A badge with a text, in the colour of a mood. */
export const badgeOf = (text, mood = "") => element("span", { class: `badge ${mood}` }, text);
