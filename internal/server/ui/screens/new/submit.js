// Submitting a spec.

import { requestJSON } from "../../core/api.js";

/**
 * Returns a function that submits a spec, given as JSON, and returns its run. A spec
 * that is sent again after its response was lost is not run twice.
 */
export function submitter() {
  let last = { json: "", key: "" };
  return async (json, signal) => {
    if (json !== last.json) last = { json, key: randomKey() };
    const headers = { "Idempotency-Key": last.key };
    const run = await requestJSON("POST", "/v1/runs", { body: json, headers, signal });
    last = { json: "", key: "" };
    return run;
  };
}

const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");
