// What the service says of itself.

import { requestJSON } from "./api.js";
import { store } from "./store.js";

/**
 * Loads the version of the service and the URL of its Grafana. They stay in the
 * store.
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function loadService(signal) {
  const service = await requestJSON("GET", "/health", { signal });
  store.update((state) => { state.service = service; });
  return service;
}
