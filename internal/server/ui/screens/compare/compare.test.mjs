// Tests of the pure parts of the comparison, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { signed, signedInterval, sizeInterval, written } from "./metric.js";
import { at, envelope, merged, quantiles, sample } from "./overlay.js";
import { addressOf, choiceOf, messagesOf, queryOf, sidesOf, swapped, wordsOf } from "./sides.js";
import { matters, rowsOf, verdictOf, withinOf } from "./verdict.js";

const spaces = (text) => text.replaceAll("\u00a0", " ");

// metric makes a compared metric.
function metric(name, unit, value, [low, high] = [], verdict = "unknown", more = {}) {
  return {
    metric: name, unit, better: name === "throughput" ? "higher" : "lower",
    base: { n: 10, median: 0.02 }, head: { n: 10, median: 0.022 },
    difference: { value, ...(low !== undefined && { interval: { low, high } }) },
    p: 0.01, p_adjusted: 0.02, verdict, too_few_runs: false, ...more,
  };
}

const comparison = (verdict, metrics, more = {}) => ({
  verdict, threshold: 0.05, confidence: 0.95, metrics, warnings: [],
  base: { runs: 10, ids: [] }, head: { runs: 10, ids: [] }, ...more,
});

const p99 = metric("p99", "seconds", 0.081, [0.052, 0.11], "worse");

// told returns the verdict as one line, and its notes.
function told(c) {
  const { word, sentence, interval, ending, notes } = verdictOf(c);
  return spaces([`${word}: ${sentence}${interval && ` (${interval})`}${ending}`,
    ...notes.map(([term, text]) => `${term}: ${text}`)].join("\n"));
}

test("a regression leads with its interval, and says what else is worse, better, the same and unknown", () => {
  const c = comparison("regression", [
    metric("throughput", "jobs_per_second", -0.075, [-0.1, -0.06], "worse"),
    metric("mean_latency", "seconds", 0.02, [0.01, 0.06], "worse"),
    metric("p50", "seconds", -0.1, [-0.12, -0.08], "better"),
    metric("p90", "seconds", 0.001, [-0.01, 0.01], "same"),
    p99, metric("p99.9", "seconds", 0.3, [-0.2, 0.5]),
  ]);
  assert.equal(told(c), [
    "Regression: head is 8.1 % slower at p99 (5.2 % … 11.0 %), 10 against 10 runs",
    "Also worse: throughput −7.5 %", "Better: p50 −10.0 %", "By less than the 5 % that matter: mean latency +2.0 %",
    "The same: p90", "No evidence (~): p99.9",
  ].join("\n"));
});

test("a scenario is compared in the words of its metric, behind the run as a whole", () => {
  const c = comparison("regression", [
    metric("scenarios.log-in.v2.throughput", "jobs_per_second", -0.075, [-0.1, -0.06], "worse"),
    metric("scenarios.log-in.v2.p99.9", "seconds", 0.3, [0.2, 0.5], "worse"),
    metric("scenarios.browse.error_rate", "share", 0.01, [0.005, 0.02], "worse"),
    metric("throughput", "jobs_per_second", -0.06, [-0.1, -0.05], "worse"),
  ]);
  assert.equal(told(c), [
    "Regression: head ends 6.0 % fewer jobs a second (5.0 % … 10.0 %), 10 against 10 runs",
    "Also worse: error rate of browse +1.00 points, p99.9 of log-in.v2 +30.0 %, throughput of log-in.v2 −7.5 %",
  ].join("\n"));
  const alone = comparison("regression", [metric("scenarios.browse.p99", "seconds", 0.081, [0.052, 0.11], "worse")]);
  assert.match(told(alone), /^Regression: head is 8.1 % slower at p99 in browse \(5.2/);
});

test("an improvement is in words that fit its metric", () => {
  for (const [of, want] of [
    [metric("throughput", "jobs_per_second", 0.17, [0.15, 0.19], "better"),
      "head ends 17.0 % more jobs a second (15.0 % … 19.0 %)"],
    [metric("throughput", "jobs_per_second", 2.5, [2, 3], "better"),
      "head ends 3.5 times as many jobs a second (3 … 4)"],
    [metric("mean_latency", "seconds", -0.2, [-0.3, -0.1], "better"),
      "head is 20.0 % faster on average (10.0 % … 30.0 %)"],
    [metric("p99", "seconds", -0.2, [-0.3, 0.05], "better"), "head is 20.0 % faster at p99 (−30.0 % … +5.0 %)"],
    [metric("error_rate", "share", -0.021, [-0.033, -0.012], "better"),
      "head has an error rate that is 2.10 points lower (1.20 … 3.30 points)"],
    [metric("cost_per_million", "money", -0.004, [-0.005, -0.003], "better"),
      "head costs 0.40 % less (0.30 % … 0.50 %)"],
  ]) {
    const c = comparison("improvement", [of], { threshold: 0.001 });
    assert.equal(told(c), `Improvement: ${want}, 10 against 10 runs`);
  }
});

test("errors lead before latencies, and a doubled latency is a factor", () => {
  const errors = metric("error_rate", "share", 0.02, [0.01, 0.03], "worse");
  assert.match(told(comparison("regression", [p99, errors])), /^Regression: head has an error rate that is 2\.00 points/);
  assert.match(told(comparison("regression", [metric("p99", "seconds", 20, [19, 21.5], "worse")])),
    /^Regression: head takes 21 times as long at p99 \(20 … 22\.5\), /);
});

test("a difference from nothing is told by its values", () => {
  const c = comparison("regression", [{ ...p99, difference: undefined, base: { n: 10, median: 0 } }]);
  assert.match(told(c), /^Regression: head went from 0 s to 22 ms in p99, 10 against 10 runs$/);
});

test("no change names what is the same, and what nothing is known about", () => {
  const c = comparison("no_change", [
    metric("throughput", "jobs_per_second", 0, [-0.01, 0.01], "same"), metric("p99.9", "seconds", 0.3)]);
  assert.equal(told(c), "No change: head and base do not differ by the 5 % that matter, 10 against 10 runs\n" +
    "The same: throughput\nNo evidence (~): p99.9");
});

test("too little evidence says why, and what it takes", () => {
  const single = { base: { runs: 1, ids: [] }, head: { runs: 1, ids: [] } };
  const few = { ...single, warnings: [{ code: "too_few_runs", message: "" }], more_runs: 3 };
  assert.equal(told(comparison("too_little_evidence", [metric("p99", "seconds", 0.1)], few)),
    "Too little evidence: 1 against 1 run cannot tell a difference from chance: it takes 4 of each");
  assert.equal(told(comparison("too_little_evidence", [metric("p99", "seconds", 0.1)], { more_runs: 14 })),
    "Too little evidence: ~ No evidence of a difference, nor that there is none, in 10 against 10 runs; " +
    "about 14 more runs of each would tell");
  assert.equal(told(comparison("too_little_evidence", [], { base: { runs: 0, ids: [] } })),
    "Too little evidence: There is nothing to compare: base has no usable run");
});

test("a difference matters from the threshold on, up or down by the same factor", () => {
  for (const [value, want] of [[0.05, true], [0.049, false], [-0.0477, true], [-0.047, false]]) {
    assert.equal(matters(metric("p99", "seconds", value), 0.05), want, `${value}`);
  }
  assert.equal(matters(metric("error_rate", "share", 0.001), 0.05), true);
  assert.equal(matters(metric("error_rate", "share", 0.0009), 0.05), false);
  assert.equal(matters({ unit: "seconds" }, 0.05), true);
});

test("a row of a metric without evidence has a tilde, and still its interval to be drawn", () => {
  const [known, unknown, infinite] = rowsOf(comparison("regression", [
    { ...p99, base: { n: 10, median: 0.02, interval: { low: 0.019, high: 0.021 } } },
    metric("p99.9", "seconds", 0.3, [-0.2, 0.5]), { ...p99, difference: undefined }]));
  assert.equal(spaces(known.change), "+8.1 %");
  assert.equal(spaces(known.interval), "+5.2 … +11.0 %");
  assert.equal(spaces(known.base.range), "19 ms … 21 ms");
  assert.equal(known.mood, "bad");
  assert.equal(unknown.change, "~");
  assert.equal(spaces(unknown.observed), "+30.0 %");
  assert.deepEqual(unknown.drawn, { low: -0.2, value: 0.3, high: 0.5 });
  assert.equal(unknown.mood, "unknown");
  assert.equal(infinite.change, "from 0");
  const none = rowsOf(comparison("too_little_evidence", [{ ...p99, head: { n: 0, median: 0 }, difference: undefined, verdict: "unknown" }]));
  assert.equal(none[0].head.text, "–");
  assert.equal(none[0].change, "~");
});

test("two single runs have rows of their series", () => {
  const rows = withinOf({ within_runs: [
    { metric: "p99", difference: { value: 0.1, interval: { low: 0.05, high: 0.2 } }, verdict: "worse" },
    { metric: "error_rate", difference: { value: 0 }, verdict: "unknown" }] });
  assert.deepEqual(rows.map(({ label, change, interval }) => [label, change, interval].map(spaces)),
    [["p99", "+10.0 %", "+5.0 … +20.0 %"], ["error rate", "~", ""]]);
  assert.match(told(comparison("too_little_evidence", [], { within_runs: [
    { metric: "p99", difference: { value: 0.1 }, verdict: "worse" }, { metric: "p50", difference: { value: 0.1 }, verdict: "unknown" }] })),
  /\nWeak evidence: p99 \+10\.0 % within these two runs$/);
  assert.deepEqual(withinOf({}), []);
});

test("values and differences are in the unit of their metric", () => {
  assert.deepEqual([written("seconds", 0.0213), written("share", 0.012), written("jobs_per_second", 198.7),
    written("money", 22.1, "USD"), written("money", 22.1), written("seconds", null)].map(spaces),
  ["21.3 ms", "1.2 %", "198.7/s", "$22.10", "22.1", "–"]);
  assert.equal(spaces(signed("share", -0.0012)), "−0.12 points");
  assert.equal(spaces(signed("seconds", -0.0001)), "−0.01 %");
  assert.equal(spaces(signed("seconds", -1e-9)), "0.00 %");
  assert.equal(spaces(signed("seconds", 12.5)), "+1,250 %");
  assert.equal(spaces(signedInterval("seconds", { low: -0.002, high: 0.1 })), "−0.2 … +10.0 %");
  assert.equal(sizeInterval({ unit: "seconds", difference: { value: 0.1 } }), "");
});

test("sides are read from an address and written to it again", () => {
  for (const [query, want] of [
    ["base=a,b&head=c", { base: "a,b", head: "c", threshold: "" }],
    ["base=a&base=b,&head=", { base: "a,b", head: "", threshold: "" }],
    ["base=name:a,%20b&head=label:k=v,w,benchmark-1",
      { base: "name:a, b", head: "label:k=v,w,benchmark-1", threshold: "" }],
    ["base=baseline&head=name:shop%20%26%20co&threshold=2%25", { base: "baseline", head: "name:shop & co", threshold: "2%" }],
  ]) {
    const sides = sidesOf(new URLSearchParams(query));
    assert.deepEqual(sides, want);
    assert.deepEqual(sidesOf(new URLSearchParams(queryOf(sides))), want, "again");
  }
  assert.equal(addressOf({ base: "name:a b", head: "label:branch=main", threshold: "2%" }),
    "#/compare?base=name:a%20b&head=label:branch=main&threshold=2%25");
  assert.equal(addressOf({ base: "", head: "", threshold: "" }), "#/compare");
});

test("swapped sides keep the threshold, and a baseline becomes the runs that it stood for", () => {
  assert.deepEqual(swapped({ base: "a", head: "name:b", threshold: "2%" }), { base: "name:b", head: "a", threshold: "2%" });
  assert.deepEqual(swapped({ base: "baseline", head: "b", threshold: "" }, ["x", "y"]),
    { base: "b", head: "x,y", threshold: "" });
});

test("the words of a side are a choice, and back", () => {
  for (const [words, want] of [
    ["a,b", { kind: "ids", value: "a,b" }], ["name:shop: eu", { kind: "name", value: "shop: eu" }],
    ["label:branch=main", { kind: "label", value: "branch=main" }], ["baseline", { kind: "baseline", value: "" }],
    ["", { kind: "ids", value: "" }], ["a,name:b", { kind: "ids", value: "a,name:b" }],
    ["name:a,b", { kind: "name", value: "a,b" }], ["name:a,label:k=v", { kind: "ids", value: "name:a,label:k=v" }],
  ]) {
    assert.deepEqual(choiceOf(words), want);
    assert.equal(wordsOf(want), words, "back");
  }
  assert.equal(wordsOf({ kind: "name", value: "  " }), "");
});

test("messages of a problem are at the side that caused them", () => {
  const problem = { message: "all of it", errors: [
    { location: "query.base", message: "not found: there is no run x" }, { location: "query.alpha", message: "unknown" }] };
  assert.deepEqual(messagesOf(problem), { base: ["there is no run x"], head: [], threshold: [], "": ["unknown"] });
  assert.deepEqual(messagesOf({ message: "draining", errors: [] }), { base: [], head: [], threshold: [], "": ["draining"] });
});

const p50 = (point) => (point.ok > 0 ? point.p50 : null);

test("the envelope of runs is their range and median at the moments of the longest", () => {
  const run = (values) => values.map((value, i) => ({ t: i + 1, ok: value === null ? 0 : 1, p50: value ?? 0 }));
  assert.deepEqual(envelope([run([1, 2, 3]), run([3, 6]), run([2, null, 9, 4])], p50),
    [[0.5, 1, 2, 3], [1.5, 2, 4, 6], [2.5, 3, 6, 9], [3.5, 4, 4, 4]]);
  assert.deepEqual(envelope([run([null])], p50), [[0.5, null, null, null]]);
  assert.deepEqual(envelope([], p50), []);
});

test("a run with longer intervals counts within each of them", () => {
  const fine = [1, 2, 3, 4].map((t) => ({ t, ok: 1, p50: t }));
  const coarse = [2, 4].map((t) => ({ t, ok: 1, p50: 10 * t }));
  assert.deepEqual(envelope([fine, coarse], p50).map(([, , , high]) => high), [20, 20, 40, 40]);
});

test("histograms add up, and their curve ends at the maximum", () => {
  const both = merged([[{ up_to: 1, count: 3 }, { up_to: 3, count: 1 }], [{ up_to: 1, count: 2 }, { up_to: 2, count: 2 }]]);
  assert.deepEqual(both, [{ up_to: 1, count: 5 }, { up_to: 2, count: 2 }, { up_to: 3, count: 1 }]);
  const curve = quantiles(both, 2.9);
  assert.deepEqual(curve, [[0.625, 1], [0.875, 2], [1, 2.9]]);
  assert.deepEqual([at(curve, 0.5), at(curve, 0.7), at(curve, 1), at([], 0.5)], [1, 2, 2.9, null]);
});

test("a sample of a list is even, and has its last", () => {
  const list = Array.from({ length: 10 }, (_, i) => i);
  assert.deepEqual(sample(list, 5), [1, 3, 5, 7, 9]);
  assert.deepEqual(sample(list, 3), [2, 5, 9]);
  assert.deepEqual(sample([1, 2], 5), [1, 2]);
});
