// Tests of what a run was asked for, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asked, pausesOf } from "./asked.js";
import { quantile, seconds, thresholdLimit } from "./units.js";

test("durations are read as a spec writes them", () => {
  for (const [text, want] of [["250ms", 0.25], ["1m30s", 90], ["1.5h", 5400], ["3us", 3e-6], ["7 µs", 7e-6], ["0", 0], ["20ns", 2e-8]]) {
    assert.ok(Math.abs(seconds(text) - want) < 1e-12, `${text}: ${seconds(text)}, want ${want}`);
  }
  assert.ok(Number.isNaN(seconds("soon")));
});

test("a percentile is named with or without its point", () => {
  const names = ["p50", "p99", "p99.9", "p999", "p9999", "p100", "p5", "p0.1", "max", "p", "x99"];
  assert.deepEqual(names.map(quantile), [0.5, 0.99, 0.999, 0.999, 0.9999, 1, 0.05, 0.001, 0, 0, 0]);
});

test("thresholds of the latency and the throughput are drawn, and no others", () => {
  const latency = (q, value) => ({ chart: "latency", quantile: q, value });
  for (const [expression, want] of [
    ["p99 < 250ms", latency(0.99, 0.25)], ["latency.p999<=1s", latency(0.999, 1)], ["mean_latency < 200 ms", latency(0, 0.2)],
    ["max < 1m", latency(0, 60)], ["latency.mean < 2s", latency(0, 2)], ["throughput > 1e6", { chart: "throughput", quantile: 0, value: 1e6 }],
    ["error_rate < 1%", null], ["delay.p99 < 5ms", null], ["phases.connect.p99 < 5ms", null], ["in_flight < 3", null],
    ["counters.bytes.total > 3", null], ["", null],
  ]) {
    assert.deepEqual(thresholdLimit(expression), want, expression);
  }
});

test("a limit has the mood of its check, and none without data", () => {
  const thresholds = ["p99 < 1s", { expression: "p50 < 1ms", abort_on_fail: true }, "throughput > 5", "error_rate < 1%"];
  const checks = [{ ok: true }, { ok: false }, { no_data: true }];
  const { limits } = asked({ spec: { num_jobs: 1, thresholds }, thresholds: checks }, 10);
  assert.deepEqual(limits.map(({ label, mood }) => [label, mood]), [["p99 < 1s", "good"], ["p50 < 1ms", "bad"], ["throughput > 5", ""]]);
});

const load = (spec, timeline, end) => asked({ spec, timeline }, end).load;

test("a constant load is a line until the spec's end", () => {
  assert.deepEqual(load({ rate: 100, duration: "10s" }, [], 12), [[0, 100], [10, 100]]);
  assert.deepEqual(load({ rate: 100, num_jobs: 50 }, [], 12), [[0, 100], [12, 100]]);
  assert.deepEqual(load({ concurrency: 8, duration: "10s" }, [], 4), [[0, 8], [4, 8]]);
});

test("without a concurrency all jobs are asked for at once, and never more than there are", () => {
  assert.deepEqual(load({ num_jobs: 100 }, [], 3), [[0, 100], [3, 100]]);
  assert.deepEqual(load({ num_jobs: 5, concurrency: 9 }, [], 3), [[0, 5], [3, 5]]);
  assert.deepEqual(load({ duration: "3s" }, [], 3), []);
});

test("a replay asks for a rate that only its file knows", () => {
  const replayed = asked({ spec: { replay: { column: "at", speed: "2x" } } }, 3);
  assert.equal(replayed.open, true);
  assert.deepEqual(replayed.load, []);
});

test("stages are ramps, each from where the last one ended", () => {
  const stages = [{ duration: "10s", rate: 100 }, { duration: "5s", rate: 100 }, { duration: "5s", rate: 0 }];
  assert.deepEqual(load({ stages }, [], 30), [[0, 0], [10, 100], [15, 100], [20, 0]]);
  assert.deepEqual(load({ stages, rate: 40 }, [], 5), [[0, 40], [5, 70]]);
  assert.deepEqual(load({ stages: [{ duration: "0s", concurrency: 4 }, { duration: "2s", concurrency: 4 }] }, [], 9), [[0, 4], [2, 4]]);
});

test("the plan's clock stands still during a pause, and a change of the load holds", () => {
  const stages = [{ duration: "10s", rate: 100 }];
  const timeline = [{ kind: "pause", t: 4 }, { kind: "resume", t: 6 }, { kind: "load", t: 8, rate: 7 }];
  assert.deepEqual(load({ stages }, timeline, 12), [[0, 0], [4, 40], [4, 0], [6, 0], [6, 40], [8, 60], [8, 7], [12, 7]]);
});

test("a change of the other kind of load does not move the line", () => {
  const timeline = [{ kind: "load", t: 2, concurrency: 5 }];
  assert.deepEqual(load({ rate: 10, concurrency: 3, duration: "5s" }, timeline, 5), [[0, 10], [2, 10], [5, 10]]);
});

test("a pause that has not ended goes on, also in the warm-up", () => {
  const timeline = [{ kind: "pause", t: 1 }, { kind: "resume", t: 3 }, { kind: "pause", t: 8 }];
  assert.deepEqual(pausesOf(timeline, 10), [[1, 3], [8, 10]]);
  const { warmup, pauses, changes } = asked({ spec: { rate: 5, warmup: "2s" }, timeline }, 10);
  assert.equal(warmup, 4);
  assert.deepEqual(pauses, [[1, 3], [8, 10]]);
  assert.deepEqual(changes, []);
});

test("changes of the load are events, with what changed", () => {
  const timeline = [{ kind: "load", t: 4, rate: 200, detail: "rate 100 to 200" }, { kind: "load", t: 5, rate: 3, detail: "" }];
  assert.deepEqual(asked({ spec: { rate: 100 }, timeline }, 9).changes, [[4, "rate 100 to 200"], [5, "load changed"]]);
});
