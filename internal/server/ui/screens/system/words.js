// What the service keeps and accepts, in words.

import { bytes, count, duration, number } from "../../core/format.js";

/** @typedef {import("../../types").System} System */

const day = 86_400; // seconds

/**
 * Says how long runs are kept.
 * @param {System["retention"]} retention
 */
export function kept({ age, runs, bytes: size }) {
  const limits = [
    ...(runs > 0 ? [`the newest ${number(runs)}`] : []),
    ...(size > 0 ? [`up to ${bytes(size)}`] : []),
    ...(age > 0 ? [`for ${span(age)}`] : []),
  ];
  return limits.length ? `${limits.join(", ")}, and baselines` : "all runs, for ever";
}

/**
 * Writes a span of time by its two largest units.
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < day) return duration(seconds);
  const [days, hours] = [Math.floor(seconds / day), Math.floor((seconds % day) / 3600)];
  return hours > 0 ? `${count(days, "day")} ${hours}\u00a0h` : count(days, "day");
}

/**
 * Returns how much of the limits of the store is used, as [what, share]; none
 * without limits.
 * @param {System} system
 * @returns {[string, number][]}
 */
export function fillings({ store, retention }) {
  /** @type {[string, number, number][]} */
  const all = [["runs", store.runs, retention.runs], ["bytes", store.bytes, retention.bytes]];
  return all.filter(([, , limit]) => limit > 0).map(([what, used, limit]) => [what, Math.min(used / limit, 1)]);
}

// states are what a worker does, the ones that need a look first.
const states = ["refused", "gone", "draining", "running", "reserved", "idle"];

// moods of the states; the others have none.
export const moods = { reserved: "good", running: "good", draining: "doubtful", refused: "bad", gone: "bad" };

/**
 * Sorts workers: those that need a look first, and otherwise by name.
 * @param {import("../../types").Worker[]} workers
 */
export function byNeed(workers) {
  const rank = ({ state }) => (state === "refused" || state === "gone" ? 0 : 1);
  return workers.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * Counts the workers by what they do.
 * @param {import("../../types").Worker[]} workers
 */
export function summary(workers) {
  const counts = states.map((state) => [workers.filter((worker) => worker.state === state).length, state]);
  const some = counts.filter(([n]) => Number(n) > 0).map((pair) => pair.join(" "));
  return `${count(workers.length, "worker")}${some.length ? `: ${some.join(", ")}` : ""}`;
}
