// The list of stored runs, newest first.

import { requestJSON } from "./core/api.js";
import { $, element, exact, row, sampled } from "./core/dom.js";
import { number } from "./core/format.js";
import { describe, moods, verdict } from "./result.js";

const page = 10; // runs per page
const limit = 200; // the most runs that the service returns at once

let runs = []; // the listed runs
let shown = ""; // the id of the shown run
let cursor = ""; // for the next page

// listRuns loads the newest runs, as many as are listed already.
export async function listRuns() {
  const answer = await get(`?limit=${Math.min(Math.max(runs.length, page), limit)}`);
  runs = answer.runs;
  cursor = answer.next_cursor;
  render();
}

// refreshRuns is listRuns without errors: if it fails, the list stays as it is.
export function refreshRuns() {
  listRuns().catch(() => {});
}

// moreRuns loads the next page.
export async function moreRuns() {
  const answer = await get(`?limit=${page}&cursor=${encodeURIComponent(cursor)}`);
  const first = runs.length;
  runs = [...runs, ...answer.runs];
  cursor = answer.next_cursor;
  render();
  $("runs").rows[first]?.querySelector("a").focus();
}

const get = (query) => requestJSON("GET", `/v1/runs${query}`);

// markShown marks the shown run.
export function markShown(id) {
  shown = id;
  render();
}

function render() {
  const focused = $("runs").contains(document.activeElement) ? document.activeElement.hash : "";
  $("history").hidden = runs.length === 0;
  $("more-runs").hidden = cursor === "";
  $("runs").replaceChildren(...runs.map(line));
  if (focused) $("runs").querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function line(run) {
  const { id, name, spec, status, created_at, result: r, damaged } = run;
  const link = element("a", { href: `#/runs/${id}` }, name || describe(spec));
  if (id === shown) link.setAttribute("aria-current", "true");
  const when = element("time", { datetime: created_at, class: "when" }, new Date(created_at).toLocaleString());
  const badge = (text, mood) => element("span", { class: `badge ${mood ?? ""}` }, text);
  const kind = spec.workload?.kind ?? (damaged ? "–" : "sleep"); // without a workload, jobs sleep
  return row(element("span", {}, link, when), kind, damaged ? badge("damaged", "bad") : badge(status, moods[status]),
    r ? badge(verdict(r.verdict), moods[r.verdict]) : "–",
    r ? exact(r.throughput, number(r.throughput)) : "–",
    r ? sampled(r.latency, r.latency.p99) : "–");
}
