// What the service says of itself.

import { requestJSON } from "./api.js";
import { store } from "./store.js";

// loadService loads the version of the service and the URL of its Grafana.
export async function loadService() {
  const service = await requestJSON("GET", "/health");
  store.update((state) => { state.service = service; });
}
