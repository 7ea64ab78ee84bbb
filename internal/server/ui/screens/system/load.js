// The state of the service, from three requests at once.

import { receive, request, requestJSON } from "../../core/api.js";
import { loadService } from "../../core/service.js";
import { store } from "../../core/store.js";

/**
 * @typedef {object} State
 * @property {any} health
 * @property {import("../../types").System} system
 * @property {boolean} broker whether workers may join
 * @property {import("../../types").Worker[]} workers
 * @property {number} now by the service's clock, in ms
 * @property {Date} at when it was loaded, by the browser's clock
 */

/**
 * Loads the state of the service into the store.
 * @param {AbortSignal} signal
 */
export async function loadState(signal) {
  const [health, system, list] = await Promise.all([
    loadService(signal), requestJSON("GET", "/v1/system", { signal }),
    request("GET", "/v1/workers", { signal }),
  ]);
  const { broker, workers } = JSON.parse(await receive(list.text(), signal));
  const now = Date.parse(list.headers.get("Date")) || Date.now();
  store.update((state) => { state.system = { health, system, broker, workers, now, at: new Date() }; });
}
