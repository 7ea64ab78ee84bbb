// What the screen shows of a run: a plain value that events change.

import { isFinished } from "../../core/follow.js";
import { member } from "../../core/json.js";
import { addProgress } from "./course.js";

/**
 * @typedef {object} Others runs of the same name
 * @property {string} before the id of the completed run before it; "" if there is none
 * @property {boolean} baseline whether another run is the baseline
 */

/**
 * @typedef {object} View
 * @property {string} id
 * @property {import("../../types").Run} run without its result
 * @property {string} spec its spec as JSON, with numbers as they were written
 * @property {import("../../types").RunProgress | null} progress the latest
 * @property {object[]} series the run over time
 * @property {import("../../types").Result | null} result once there is one
 * @property {Others | null} others what it can be compared with; null before that is known
 * @property {string} contact why the run is not followed at the moment; "" if it is
 */

/**
 * Returns the view of a run. before is the view of the same run that the page
 * had already; its series goes on.
 * @param {string} text the run as JSON
 * @param {View | null} before
 * @returns {View}
 */
export function viewOf(text, before) {
  const { result, ...run } = JSON.parse(text);
  const view = {
    id: run.id, run, spec: member(text, "spec"), progress: later(run.progress, before?.progress),
    series: before?.series ?? [], result: null, others: before?.others ?? null, contact: "",
  };
  return result ? withResult(view, result) : view;
}

// later returns the later progress. A service that was killed has kept less than
// the page has seen.
const later = (a, b) => ((b?.elapsed ?? 0) > (a?.elapsed ?? 0) ? b : a) ?? b ?? null;

const withResult = (view, result) => ({ ...view, result, series: result.series ?? [] });

/**
 * Returns the view after an event of the run.
 * @param {View} view
 * @param {{ event: string, data: string }} event as follow yields it
 */
export function after(view, { event, data }) {
  const value = JSON.parse(data);
  if (event === "progress") { // the past may come again
    return { ...view, progress: later(value, view.progress), series: addProgress(view.series, value) };
  }
  if (event === "result") return withResult(view, value);
  const { result, ...run } = value;
  const next = { ...view, contact: "", run: { ...run, progress: null }, progress: later(run.progress, view.progress) };
  return result ? withResult(next, result) : next;
}

/** Whether a run has not finished. */
export const isLive = ({ run }) => !isFinished(run.status);

/** Whether a run has scenarios. It can be stopped then, and not controlled otherwise. */
export const hasScenarios = ({ run }) => run.spec.scenarios !== undefined;

/** The phase of a live run: queued, waiting, warm-up, running, paused, draining, stopping. */
export function phaseOf(view) {
  const { run, progress } = view;
  if (run.status !== "running") return run.status;
  const phase = progress?.phase || "running";
  const control = timelineOf(view).findLast(({ kind }) => kind === "pause" || kind === "resume");
  const paused = control?.kind === "pause" && phase !== "stopping";
  if (paused) return "paused";
  return phase === "paused" ? "running" : phase; // it was resumed after the latest interval
}

/** The controls that were applied to the run. */
export const timelineOf = ({ run, result }) => result?.timeline ?? run.timeline ?? [];

/** The currency of the run's costs. */
export const currencyOf = ({ run, result }) => result?.cost.currency ?? (run.spec.pricing?.currency || "USD");

/** The checks of the thresholds, by now or at the end. */
export const checksOf = ({ progress, result }) => result?.thresholds ?? progress?.so_far?.thresholds ?? [];
