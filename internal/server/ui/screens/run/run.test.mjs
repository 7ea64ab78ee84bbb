// Tests of the pure parts of the screen Run, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { addProgress } from "./course.js";
import { scenariosOf } from "./scenarios.js";
import { sentenceOf } from "./sentence.js";
import { after, phaseOf, viewOf } from "./view.js";

const progress = (elapsed, ok, more = {}) => ({
  elapsed, remaining: 10 - elapsed, started: ok, ok, failed: 0, in_flight: 3, throughput: 100,
  p50: 0.01, p90: 0.02, p99: 0.03, ...more,
});
const run = (more) => JSON.stringify({
  id: "a", name: "", status: "running", queue_position: 0, spec: { rate: 100 }, progress: null, result: null,
  timeline: [], ...more,
});
const words = (view) => sentenceOf(view).text.replaceAll("\u00a0", " ");

test("progress becomes a series; what is brief or known adds no point", () => {
  const series = [];
  for (const one of [
    progress(0, 0, { phase: "waiting" }), progress(1, 100), progress(1, 100), progress(2, 190, { failed: 5 }),
    progress(2.0005, 191, { failed: 6 }), progress(1.5, 150),
  ]) addProgress(series, one);
  assert.deepEqual(series.map(({ t, ok, failed }) => [t, ok, failed]), [[1, 100, 0], [2.0005, 91, 6]]);
});

test("a very long run keeps every job in a bounded series", () => {
  let series = [];
  for (let i = 1; i <= 3000; i++) series = addProgress(series, progress(i, 100 * i));
  assert.ok(series.length <= 1024);
  assert.equal(series.reduce((sum, { ok }) => sum + ok, 0), 300_000);
  assert.ok(series.every(({ throughput }) => throughput === 100));
});

test("a live run says what it does, and for how long", () => {
  const queued = viewOf(run({ status: "queued", queue_position: 3 }));
  assert.equal(words(queued), "It waits in the queue: 2 runs are before it.");
  const view = viewOf(run());
  const said = (more) => words(after(view, { event: "progress", data: JSON.stringify(progress(4, 400, more)) }));
  assert.equal(said({ phase: "warm-up", activity: "warm-up: nothing is judged for another 3s" }),
    "Warm-up: nothing is judged for another 3s; 400 jobs ok; 6 s left.");
  assert.equal(said({ activity: "no job ended in the last 2s: waiting for 3 jobs in flight, 30s each at most" }),
    "No job ended in the last 2s: waiting for 3 jobs in flight, 30s each at most; 400 jobs ok; 6 s left.");
  assert.equal(said({ phase: "draining", activity: "draining: waiting for 3 jobs in flight, 29s at most" }),
    "Draining: waiting for 3 jobs in flight, 29s at most; 400 jobs ok.");
  const errors = [{ class: "timeout", count: 100 }];
  assert.equal(said({ failed: 100, so_far: { errors } }), "20 % failed: timed out, 100; 6 s left.");
  assert.equal(said({ phase: "waiting", activity: "waiting for workers: 1 of 3 are there" }),
    "Waiting for workers: 1 of 3 are there.");
});

test("the costs of a live run are in its own currency", () => {
  const view = viewOf(run({ spec: { rate: 100, pricing: { per_job: 1, currency: "EUR" } } }));
  const thresholds = [{ expression: "total_cost < 500", value: 400, ok: true }];
  const priced = after(view, { event: "progress", data: JSON.stringify(progress(4, 400, { so_far: { thresholds } })) });
  assert.equal(words(priced), "400 jobs ok; total cost €400.00 holds; 6 s left.");
});

test("a pause and a changed load are said", () => {
  const change = { kind: "load", t: 2, detail: "rate 100 to 200", rate: 200 };
  const paused = after(viewOf(run({ progress: progress(3, 300) })),
    { event: "status", data: run({ timeline: [change, { kind: "pause", t: 3, detail: "" }] }) });
  assert.equal(phaseOf(paused), "paused");
  assert.equal(words(paused), "Paused at 3 s; 300 jobs ok; load changed at 2 s: rate 100 to 200; 7 s left.");
  const timeline = [change, { kind: "pause", t: 3 }, { kind: "resume", t: 4 }];
  const resumed = after(paused, { event: "status", data: run({ timeline }) });
  assert.equal(phaseOf(resumed), "running");
});

test("a run without a result says how far it came", () => {
  const ended = (more) => words(viewOf(run({ status: "interrupted", started_at: "2026-01-01T00:00:00Z", ...more })));
  assert.equal(ended({ progress: progress(4, 1440) }),
    "Interrupted after 1,440 jobs; all of them were ok; its result is lost.");
  const seen = viewOf(run({ progress: progress(5, 1500) }));
  const killed = viewOf(run({ status: "interrupted", progress: progress(4, 1440) }), seen);
  assert.equal(words(killed), "Interrupted after 1,500 jobs; all of them were ok; its result is lost.",
    "the page has seen more");
  assert.equal(ended({}), "Interrupted before a job ended.");
  assert.equal(ended({ status: "cancelled", started_at: null }), "Stopped in the queue, before it began.");
  assert.equal(ended({ status: "failed", error: "no room on the disk" }), "No room on the disk.");
});

const result = (more) => ({
  status: "completed", counts: { planned: 100, ok: 100, failed: 0, timeout: 0, cancelled: 0, dropped: 0, lost: 0 },
  throughput: 50, latency: { count: 100, p99: 0.0037 }, errors: [], thresholds: [], verdict: "none",
  validity: { state: "valid", reasons: [] }, cost: { currency: "USD" }, series: [], timeline: [], ...more,
});

test("a finished run says what failed, and which thresholds hold", () => {
  const said = (more) => words(viewOf(run({ status: "completed", result: result(more) })));
  assert.equal(said({}), "All 100 jobs ok; 50 ok/s; p99 3.7 ms.");
  const failed = {
    counts: { ok: 1073, failed: 315, timeout: 0, cancelled: 0, dropped: 0, lost: 0 },
    errors: [{ class: "connect", count: 315, sample: "dial: connection refused" }],
  };
  const holds = { expression: "p99 < 5ms", value: 0.0037, ok: true };
  assert.equal(said({ ...failed, thresholds: [holds] }), "22.7 % failed: connection refused, 315; p99 3.7 ms holds.");
  const thresholds = [
    { expression: "p99 < 1ms", value: 0.0037, ok: false }, holds,
    { expression: "error_rate < 1%", value: 0.227, ok: false },
  ];
  assert.equal(said({ ...failed, thresholds }), "22.7 % failed: connection refused, 315; " +
    "error rate 22.7 % fails error_rate < 1%; p99 3.7 ms fails p99 < 1ms; p99 3.7 ms holds.");
  const none = { latency: { count: 0 }, counts: { ok: 0, failed: 0, timeout: 0 }, status: "cancelled" };
  assert.equal(said(none), "Stopped after 0 jobs; no job ended.");
});

test("scenarios are known before a run, while it runs and when it has ended", () => {
  const run = { status: "running", spec: { scenarios: [{ name: "a" }, { name: "b" }] } };
  assert.deepEqual(scenariosOf({ run, result: null, progress: null }).map(({ name, state }) => [name, state]),
    [["a", "waiting"], ["b", "waiting"]]);
  const check = { expression: "p99 < 1s", ok: true, value: 0.1 };
  const progress = { so_far: { scenarios: [
    { name: "a", state: "ended", ok: 9, failed: 0, in_flight: 0, throughput: 3, p50: 0.02, p99: 0.1 },
    { name: "b", state: "running", ok: 5, failed: 1, in_flight: 2, throughput: 5, p50: 0.05, p99: 0.1, thresholds: [check] },
  ] } };
  const live = scenariosOf({ run, result: null, progress });
  assert.deepEqual(live[1], { name: "b", state: "running", counts: { ok: 5, failed: 1 }, throughput: 5,
    latency: { count: 5, p50: 0.05, p99: 0.1 }, checks: [check] });
  assert.deepEqual([live[0].state, live[0].throughput, live[0].latency], ["ended", null, { count: 0 }]);
  const killed = scenariosOf({ run: { ...run, status: "interrupted" }, result: null, progress });
  assert.deepEqual(killed.map(({ state }) => state), ["ended", "interrupted"]);
  const scenario = { name: "a", status: "completed", start: 1, duration: 2, counts: { ok: 5 }, throughput: 2.5,
    latency: { count: 5 }, thresholds: [check], validity: { state: "degraded" }, verdict: "pass" };
  assert.deepEqual(scenariosOf({ run: { ...run, status: "completed" }, result: { scenarios: [scenario] } }), [{
    name: "a", state: "completed", counts: { ok: 5 }, throughput: 2.5, latency: { count: 5 }, checks: [check],
    end: { start: 1, took: 2, verdict: "pass", validity: "degraded" },
  }]);
});
