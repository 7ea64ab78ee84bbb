// What a trend shows, from the service.

import { requestJSON } from "../../core/api.js";
import { store } from "../../core/store.js";

const most = 200; // runs

/**
 * @typedef {object} Named the runs of a name
 * @property {string} name
 * @property {string[]} labels key:value; the runs have all of them
 * @property {object[]} runs newest first
 * @property {import("../../types").Trend | null} trend null if no run of the name has been completed
 */

/**
 * Loads the runs of a name and their trend into the store.
 * @param {string} name
 * @param {string[]} labels key:value
 * @param {AbortSignal} signal
 */
export async function loadTrend(name, labels, signal) {
  const query = new URLSearchParams({ name, limit: String(most) });
  for (const label of labels) query.append("label", label);
  const [{ runs }, trend] = await Promise.all([
    requestJSON("GET", `/v1/runs?brief=true&${query}`, { signal }), trendOf(query, signal),
  ]);
  store.update((state) => { state.trend = { name, labels, runs, trend }; });
}

async function trendOf(query, signal) {
  try {
    return await requestJSON("GET", `/v1/trend?${query}`, { signal });
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/**
 * Returns a text that changes when a run of a name begins or ends.
 * @param {string} name
 * @param {AbortSignal} signal
 */
export async function newestOf(name, signal) {
  const query = new URLSearchParams({ name, limit: "5" });
  const { runs } = await requestJSON("GET", `/v1/runs?brief=true&${query}`, { signal });
  return runs.map(({ id, status, baseline }) => `${id} ${status} ${baseline}`).join("\n");
}
