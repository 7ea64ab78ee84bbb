// The filters of the list, as the address and the service have them.

/**
 * @typedef {object} Filters
 * @property {string} q a text in the id, the name or a label's value
 * @property {string} status of finished runs; "" for all
 * @property {string} verdict of their results; "" for all
 * @property {string} name exactly
 * @property {string} workload the kind of job
 * @property {string[]} labels key:value; a run has all of them
 * @property {boolean} baseline only baselines
 */

const texts = ["q", "status", "verdict", "name", "workload"];

/**
 * Reads the filters of an address.
 * @param {URLSearchParams} query
 * @returns {Filters}
 */
export function filtersOf(query) {
  const labels = query.getAll("label").filter((label) => label !== "");
  const text = (name) => query.get(name) ?? "";
  return {
    q: text("q"), status: text("status"), verdict: text("verdict"), name: text("name"),
    workload: text("workload"), labels, baseline: text("baseline") === "true",
  };
}

// members returns the filters that are set, as [name, value].
const members = (filters) => [
  ...texts.map((name) => [name, filters[name].trim()]), ...filters.labels.map((label) => ["label", label]),
  ["baseline", filters.baseline ? "true" : ""],
].filter(([, value]) => value !== "");

// isFiltered reports whether any filter is set.
export const isFiltered = (filters) => members(filters).length > 0;

/**
 * Returns the address of the list with filters.
 * @param {Filters} filters
 */
export function addressOf(filters) {
  const query = members(filters).map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%3A", ":")}`);
  return query.length ? `#/?${query.join("&")}` : "#/";
}

const finished = "completed,failed,cancelled,interrupted";

/**
 * Returns the query of a page of finished runs.
 * @param {Filters} filters
 * @param {number} limit
 * @param {string} cursor
 */
export function pageQuery(filters, limit, cursor) {
  const query = new URLSearchParams(members({ ...filters, status: filters.status || finished }));
  query.set("limit", String(limit));
  if (cursor) query.set("cursor", cursor);
  return query;
}

/**
 * Reads a label that was typed, key=value or key:value; null if it is none.
 * @param {string} text
 */
export function labelOf(text) {
  const found = text.trim().match(/^([\w.-]{1,63})\s*[=:]\s*(.+)$/);
  return found ? `${found[1]}:${found[2]}` : null;
}
