// Tests of the pure parts of the trend, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { changesByRun, errorRate, historyOf, levelsOf, markOf, sidesOfChange } from "./history.js";
import { chance, dayWriter, moved, sizeOf, steps, together, trendVerdict } from "./words.js";

const spaces = (text) => text.replaceAll("\u00a0", " ");

// summary makes a listed run.
const summary = (i, more = {}, result = {}) => ({
  id: `run-${i}`, status: "completed", baseline: false, labels: {}, ...more,
  result: more.result === null ? null : {
    start_time: `2026-11-29T04:${String(10 + i)}:00Z`, verdict: "pass", validity: { state: "valid", reasons: [] }, thresholds: [],
    throughput: 100 + i, latency: { count: 9, p50: i, p99: 2 * i }, counts: { ok: 9, failed: 1, timeout: 0, dropped: 0, lost: 0 },
    environment: { version: "1" }, ...result,
  },
});

// trendOf makes a trend of runs, with changes of the p99.
const trendOf = (ids, changes = []) => ({
  runs: ids.map((id) => ({ id })), too_few_runs: false, warnings: [],
  metrics: ["throughput", "p50", "p99", "error_rate"].map((metric) => ({
    metric, values: ids.map((_, i) => 10 * i), changes: metric === "p99" ? changes : [],
  })),
});

const change = (run, index, more = {}) =>
  ({ run, index, at: "2026-11-29T04:12:00Z", before: 10, after: 30, size: 2, p: 0.002, verdict: "worse", ...more });

test("a history is of all runs with a result, oldest first, with the values of the trend", () => {
  const runs = [summary(3), summary(2, { status: "cancelled" }), summary(1), summary(4, { result: null })];
  const history = historyOf(runs, trendOf(["run-1", "run-3"]));
  assert.deepEqual(history.map(({ id, usable, values }) => [id, usable, values.p99, values.throughput]),
    [["run-1", true, 0, 0], ["run-2", false, 4, 102], ["run-3", true, 10, 10]]);
  assert.deepEqual(historyOf(runs, null).map(({ usable }) => usable), [false, false, false]);
});

test("a run without samples has no latency, and one without jobs no error rate", () => {
  const [run] = historyOf([summary(1, {}, { latency: { count: 0, p50: 0, p99: 0 }, counts: { ok: 0, failed: 0, timeout: 0, dropped: 0, lost: 0 } })], null);
  assert.deepEqual(run.values, { p99: null, p50: null, throughput: 101, error_rate: null });
  assert.equal(errorRate({ ok: 4, failed: 1, timeout: 1, cancelled: 9, dropped: 1, lost: 1 }), 0.5);
});

test("levels are between the changes, over all runs", () => {
  assert.deepEqual(levelsOf([{ place: 3, before: 10, after: 20 }, { place: 7, before: 20, after: 15 }], 10),
    [[-0.5, 2.5, 10], [2.5, 6.5, 20], [6.5, 9.5, 15]]);
  assert.deepEqual(levelsOf([], 10), []);
});

test("changes are grouped by their run, newest first, at its place among all runs", () => {
  const runs = [1, 2, 3, 4].map((i) => summary(i, { status: i === 1 ? "failed" : "completed" })).reverse();
  const trend = trendOf(["run-2", "run-3", "run-4"], [change("run-3", 1), change("run-4", 2)]);
  trend.metrics[1].changes.push(change("run-4", 2));
  const groups = changesByRun(historyOf(runs, trend), trend);
  assert.deepEqual(groups.map(({ place, run, changes }) => [place, run, changes.map(({ metric }) => metric)]),
    [[3, "run-4", ["p99", "p50"]], [2, "run-3", ["p99"]]]);
});

test("the sides of a change are the usable runs up to the changes beside it", () => {
  const history = Array.from({ length: 9 }, (_, i) => ({ id: `${i}`, usable: i !== 4 }));
  assert.deepEqual(sidesOfChange(history, [2, 5, 7], 5), { base: ["2", "3"], head: ["5", "6"] });
  assert.deepEqual(sidesOfChange(history, [3], 3), { base: ["0", "1", "2"], head: ["3", "5", "6", "7", "8"] });
  const long = Array.from({ length: 90 }, (_, i) => ({ id: `${i}`, usable: true }));
  const { base, head } = sidesOfChange(long, [45], 45);
  assert.deepEqual([base.length, base.at(-1), head.length, head[0]], [20, "44", 20, "45"]);
});

test("runs are marked: baseline, failed, left out", () => {
  const of = (more, result) => markOf({ ...historyOf([summary(1, more, result)], trendOf(["run-1"]))[0] });
  assert.deepEqual(of(), { shape: "dot", tone: "a", text: "" });
  assert.deepEqual(of({}, { verdict: "fail", thresholds: [{ expression: "p99 < 1s", ok: false }, { expression: "p50 < 1s", ok: true }] }),
    { shape: "ring", tone: "d", text: "fails p99 < 1s" });
  assert.deepEqual(of({ baseline: true }), { shape: "star", tone: "c", text: "baseline" });
  const [invalid] = historyOf([summary(1, {}, { validity: { state: "invalid", reasons: [{ code: "no_samples" }] } })], null);
  assert.deepEqual(markOf(invalid), { shape: "cross", tone: "e", text: "invalid: no_samples" });
  assert.equal(markOf({ ...invalid, status: "cancelled" }).text, "cancelled");
});

test("a trend is told in words", () => {
  const day = () => "29 Nov";
  const told = (trend, groups = []) => {
    const { word, sentence } = trendVerdict(trend, groups, day);
    return spaces(`${word}: ${sentence}`);
  };
  const trend = trendOf(["a", "b"]);
  assert.equal(told(null), "Too few runs: It takes 10 usable runs to find a change; there are 0");
  assert.equal(told({ ...trendOf(["a"]), too_few_runs: true }), "Too few runs: It takes 10 usable runs to find a change; there is 1");
  assert.equal(told(trend), "No change: In 2 runs none of 4 metrics changed by more than chance");
  const p99 = { metric: "p99", unit: "seconds", before: 0.02, after: 0.0234, size: 0.172, verdict: "worse" };
  const rate = { metric: "throughput", unit: "jobs_per_second", before: 200, after: 240, size: 0.2, verdict: "better" };
  assert.equal(told(trend, [{ at: "", changes: [p99, rate] }]), "Worse: With the run of 29 Nov, p99 rose by 17.2 %");
  assert.equal(told(trend, [{ at: "", changes: [rate] }]), "Better: With the run of 29 Nov, throughput rose by 20.0 %");
});

test("a change is told by its size, its medians and its chance", () => {
  const fell = { metric: "error_rate", unit: "share", before: 0.02, after: 0.01, size: -0.01 };
  assert.equal(spaces(moved(fell)), "error rate fell by 1.00 points");
  assert.equal(spaces(sizeOf(fell)), "−1.00 points");
  assert.equal(spaces(steps(fell)), "2 % → 1 %");
  assert.equal(spaces(moved({ metric: "p50", unit: "seconds", before: 0, after: 0.001 })), "p50 rose from 0 s to 1 ms");
  assert.deepEqual([0.002, 0.0004].map(chance).map(spaces), ["p 0.002", "p < 0.001"]);
});

test("what changed together with a run is told without its id", () => {
  assert.deepEqual(together([
    { code: "unlike_spec", about: "r", message: "rate was 10 before r, and 20 with it" },
    { code: "unlike_spec", about: "s", message: "rate was 20 before s, and 30 with it" },
    { code: "invalid", about: "r", message: "r of the trend is left out" },
  ], "r"), ["rate was 10 before, and 20 with it"]);
});

test("times of a few minutes are told apart by their seconds", () => {
  const written = (...times) => times.map(dayWriter(times));
  assert.deepEqual(written("2026-11-03T08:05:09", "2026-11-03T08:05:12"), ["08:05:09", "08:05:12"]);
  assert.deepEqual(written("2026-11-03T08:05:09", "2026-11-03T09:15:12"), ["08:05", "09:15"]);
  assert.deepEqual(written("2026-11-03T23:59:09", "2026-11-04T00:01:12"), ["3 Nov", "4 Nov"]);
});
