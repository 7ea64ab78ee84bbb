// The state of the service, from three requests at once.

import { receive, request, requestJSON } from "../../core/api.js";
import { loadService } from "../../core/service.js";

/**
 * @typedef {object} State
 * @property {any} health
 * @property {import("../../types").System} system
 * @property {boolean} broker whether workers may join
 * @property {import("../../types").Worker[]} workers
 * @property {number} now by the service's clock, in ms
 */

/**
 * Loads the state of the service.
 * @param {AbortSignal} signal
 * @returns {Promise<State>}
 */
export async function loadState(signal) {
  const [health, system, list] = await Promise.all([
    loadService(signal), requestJSON("GET", "/v1/system", { signal }),
    request("GET", "/v1/workers", { signal }),
  ]);
  const { broker, workers } = JSON.parse(await receive(list.text(), signal));
  return { health, system, broker, workers, now: Date.parse(list.headers.get("Date")) || Date.now() };
}
