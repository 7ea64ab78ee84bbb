// What a comparison shows, from the service.

import { requestJSON } from "../../core/api.js";
import { store } from "../../core/store.js";
import { merged, sample } from "./overlay.js";
import { queryOf } from "./sides.js";

// most is the number of runs of a side whose series and histograms are shown.
const most = 5;

/**
 * @typedef {object} Side some runs of a side
 * @property {number} of how many runs the side has
 * @property {import("../../types").Run[]} runs
 * @property {object[]} buckets of all of them
 * @property {number} min
 * @property {number} max
 */

/**
 * @typedef {object} Compared
 * @property {string} query of the comparison
 * @property {import("../../types").Comparison} comparison
 * @property {{ base: Side, head: Side } | null} sides null before they are loaded
 */

/**
 * Loads the comparison of two sides into the store.
 * @param {import("./sides.js").Sides} sides
 * @param {AbortSignal} signal
 */
export async function loadComparison(sides, signal) {
  const query = queryOf(sides);
  const comparison = await requestJSON("GET", `/v1/compare?${query}`, { signal });
  store.update((state) => { state.compared = { query, comparison, sides: null }; });
}

/**
 * Loads some runs of both sides of the comparison in the store.
 * @param {AbortSignal} signal
 */
export async function loadSides(signal) {
  const { query, comparison } = store.state.compared;
  const [base, head] = await Promise.all([
    loadSide(comparison.base.ids, signal), loadSide(comparison.head.ids, signal),
  ]);
  store.update((state) => { state.compared = { query, comparison, sides: { base, head } }; });
}

async function loadSide(ids, signal) {
  const chosen = sample(ids, most);
  const path = (id) => `/v1/runs/${encodeURIComponent(id)}`;
  const [runs, histograms] = await Promise.all([
    Promise.all(chosen.map((id) => requestJSON("GET", path(id), { signal }))),
    Promise.all(chosen.map((id) => histogramOf(path(id), signal))),
  ]);
  const max = Math.max(0, ...histograms.map(({ summary }) => summary.max));
  const min = Math.min(...histograms.filter(({ summary }) => summary.count > 0).map(({ summary }) => summary.min));
  return { of: ids.length, runs, buckets: merged(histograms.map(({ buckets }) => buckets)), min, max };
}

// histogramOf returns the histogram of a run; an empty one if it is kept no more.
async function histogramOf(path, signal) {
  try {
    return await requestJSON("GET", `${path}/histogram?format=json`, { signal });
  } catch (error) {
    if (error.status === 404 || error.status === 409) return { summary: { count: 0, max: 0 }, buckets: [] };
    throw error;
  }
}

/**
 * Returns the newest runs, from which sides can be chosen.
 * @param {AbortSignal} signal
 */
export const loadChoices = (signal) => requestJSON("GET", "/v1/runs?brief=true&limit=100", { signal });
