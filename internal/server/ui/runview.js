// The shown run: its progress until it has finished, then its result. Its address is
// /#/runs/ID.

import { showActions } from "./actions.js";
import { request } from "./core/api.js";
import { $, reveal, say } from "./core/dom.js";
import { number, sentence } from "./core/format.js";
import { follow, isFinished } from "./core/follow.js";
import { showGrafanaLinks } from "./grafana.js";
import { hideLive, showLive, showProgress } from "./live.js";
import { clear, showAlert, showError } from "./problem.js";
import { describe, showResult } from "./result.js";
import { markShown, refreshRuns } from "./runs.js";

let following = null; // {id, controller} of the shown run

export const addressOf = (id) => `#/runs/${id}`;

// route shows the run of the page's address.
export function route() {
  const id = decodeURIComponent(location.hash.match(/^#\/runs\/([^/]+)$/)?.[1] ?? "");
  following?.controller.abort();
  following = null;
  hideLive();
  clear();
  $("result").hidden = true;
  $("empty").hidden = id !== "";
  markShown(id);
  if (id) show(id);
}

async function show(id) {
  const own = { id, controller: new AbortController() };
  following = own;
  try {
    await watch(own);
  } catch (error) {
    if (following !== own) return;
    hideLive();
    say("");
    showError(error, route);
  }
}

// watch shows the events of a run until it has finished.
async function watch({ id, controller: { signal } }) {
  let run = null;
  let live = false;
  let ended = false;
  for await (const { event, data } of follow(id, signal)) {
    if (signal.aborted) return;
    if (event === "progress" && live) showProgress(JSON.parse(data));
    if (event === "status") {
      run = JSON.parse(data);
      live ||= !isFinished(run.status);
      if (!isFinished(run.status)) showLive(run);
    }
    if (event === "result") {
      ended = true;
      showEnd(run, JSON.parse(data), data);
    }
  }
  if (!ended) showNoResult(run);
  refreshRuns();
}

function showEnd(run, result, text) {
  hideLive();
  showResult(run.name || describe(run.spec), result, text);
  showActions(run.id, text);
  showGrafanaLinks(run.id, result);
  say(summary(result));
  reveal($("result-title"));
}

function summary(r) {
  const began = { cancelled: "Stopped", interrupted: "Interrupted" }[r.status] ?? "Done";
  const verdict = { pass: " Every threshold holds.", fail: " A threshold does not hold.", invalid: " The measurement is invalid.", no_data: " There was nothing to judge." };
  return `${began}: ${number(r.counts.ok)} of ${number(r.counts.planned)} jobs ok, ${number(r.throughput)} jobs/s.${verdict[r.verdict] ?? ""}`;
}

// showNoResult shows that a finished run has no result.
function showNoResult(run) {
  hideLive();
  say("");
  const why = run.error ? sentence(run.error) : "It ended before it began.";
  showAlert(`This run is ${run.status}, and has no result`, why);
}

// stop cancels the run; its partial result arrives like any other.
export async function stop() {
  if (!following) return;
  say("Stopping…");
  try {
    await request("POST", `/v1/runs/${following.id}/cancel`);
  } catch (error) {
    if (error.status !== 409) showError(error, stop); // it has finished already
  }
}
