// The view of a run that has not finished.

import { charts } from "./chart.js";
import { $, badge, exact, fill, say, swap } from "./core/dom.js";
import { capital, duration, number } from "./core/format.js";
import { describe } from "./result.js";

const maxPoints = 600; // of a chart; beyond that every second point is dropped

const root = $("live");
let points = []; // of the series so far
let run = null; // its latest state
let waiting = false; // whether its clock has not begun
let clock = null;

// showLive shows a run that has not finished.
export function showLive(given) {
  if (given.id !== run?.id) reset();
  run = given;
  fill(root, "title", run.name || describe(run.spec));
  fill(root, "about", run.status === "queued" ? queueText(run.queue_position) : run.id);
  badge(root, "status", waiting ? "waiting" : run.status);
}

const queueText = (position) => (position > 1 ? `${position - 1} before it in the queue` : "Next in the queue");

function reset() {
  points = [];
  waiting = false;
  $("bar").removeAttribute("value");
  for (const name of ["done", "throughput", "p99", "in_flight"]) fill(root, name, "–");
  fill(root, "activity");
  fill(root, "charts");
  root.hidden = false;
  $("busy").hidden = false;
  swap($("run"), $("stop"));
  startClock(0);
}

// showWaiting shows what a run waits for before its clock begins.
function showWaiting(activity) {
  waiting = true;
  badge(root, "status", "waiting");
  fill(root, "activity", `${capital(activity)}.`);
  say(`${capital(activity)}.`);
  clearInterval(clock);
  $("elapsed").textContent = "";
}

// endWaiting shows that the run's clock has begun.
function endWaiting() {
  if (!waiting) return;
  waiting = false;
  badge(root, "status", run.status);
  say("Running…");
}

// showProgress shows the run's latest interval.
export function showProgress(progress) {
  if (progress.phase === "waiting") {
    showWaiting(progress.activity);
    return;
  }
  endWaiting();
  const before = points.at(-1);
  if (before && progress.elapsed <= before.t) return; // it is shown already
  const ended = progress.ok + progress.failed;
  points.push({ t: progress.elapsed, throughput: progress.throughput, p99: progress.p99, ok: progress.throughput > 0 });
  if (points.length > maxPoints) points = points.filter((_, i) => i % 2 === 1);
  $("bar").value = progress.elapsed / (progress.elapsed + progress.remaining || 1);
  fill(root, "done", exact(ended, number(ended)), run.spec.num_jobs ? ` of ${number(run.spec.num_jobs)}` : "");
  fill(root, "throughput", exact(progress.throughput, `${number(progress.throughput)}/s`));
  fill(root, "p99", progress.throughput > 0 ? exact(progress.p99, duration(progress.p99)) : "–");
  fill(root, "in_flight", exact(progress.in_flight, number(progress.in_flight)));
  fill(root, "activity", progress.activity ? `${capital(progress.activity)}.` : "");
  if (points.length > 1) fill(root, "charts", ...charts(points));
  startClock(progress.elapsed);
}

// hideLive hides the view. The focus returns to the Run button.
export function hideLive() {
  if (!run) return;
  run = null;
  clearInterval(clock);
  root.hidden = true;
  $("busy").hidden = true;
  $("elapsed").textContent = "";
  swap($("stop"), $("run"));
}

// startClock shows the elapsed time of the run, counting from elapsed.
function startClock(elapsed) {
  clearInterval(clock);
  const started = performance.now() - elapsed * 1000;
  const tick = () => { $("elapsed").textContent = `${((performance.now() - started) / 1000).toFixed(1)}\u00a0s`; };
  tick();
  clock = setInterval(tick, 100);
}
