// The draft of a spec, which outlives a reload of the page. It stays in this tab:
// it may have secrets.

import { tokens } from "../../core/json.js";

const key = "aurea-draft";

/** The spec that a new form has, as JSON: the service's own defaults. */
export const start = JSON.stringify({
  num_jobs: 100, workload: { kind: "sleep", duration: "100ms", jitter: 0.2 }, include_jobs: false,
});

const isInexact = (token) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));

/**
 * Returns the value of JSON. Integers that JavaScript would change, such as seeds,
 * are texts of their digits.
 * @param {string} json
 */
export const exact = (json) =>
  JSON.parse(tokens(json).map((token) => (isInexact(token) ? `"${token}"` : token)).join(""));

/**
 * Returns the draft: the spec as JSON, the text that it was written as, if it was,
 * and the id of the run that it began as, "" if it began as none. It is null if there
 * is none, or none that can be read.
 * @returns {{ spec: string, text?: string, from: string } | null}
 */
export function readDraft() {
  try {
    const { spec, text, from } = JSON.parse(sessionStorage.getItem(key));
    const value = exact(spec);
    if (typeof value !== "object" || Array.isArray(value) || value === null) return null;
    return { spec, ...(typeof text === "string" && { text }), from: String(from ?? "") };
  } catch {
    return null;
  }
}

/**
 * Keeps a draft.
 * @param {string} spec as JSON
 * @param {string | undefined} text that it was written as
 * @param {string} from
 */
export function keepDraft(spec, text, from) {
  try {
    sessionStorage.setItem(key, JSON.stringify({ spec, text, from }));
  } catch { /* the storage is full or not allowed: the draft ends with the page */ }
}

export const dropDraft = () => sessionStorage.removeItem(key);
