// Tests of the pure parts of the form of a new run, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { exact } from "./draft.js";
import { inWords } from "./errors.js";
import { modeOf } from "./load.js";
import { filledIn, maskedParts } from "./masked.js";
import { planOf } from "./plan.js";
import { placesOf } from "./readspec.js";
import { inOrder, withScenario } from "./scenario.js";
import { partsOf, thresholdJSON } from "./threshold.js";

test("a threshold that is taken apart and put together says the same", () => {
  for (const [given, want] of [
    ["p99 < 250ms", "p99 < 250ms"], ["p99<250 ms", "p99 < 250ms"], ["error_rate <= 0.5 %", "error_rate <= 0.5%"],
    ["error_rate < 0.01", "error_rate < 0.01"], ["throughput > 1e3", "throughput > 1e3"], ["p99 < ", "p99 <"],
    ["parts.a.p99 < 1s", "parts.a.p99 < 1s"], ["p99 < 5 parsecs", "p99 < 5 parsecs"], ["p75 < 1h", "p75 < 1h"],
  ]) assert.equal(JSON.parse(thresholdJSON(partsOf(given))), want);
  for (const given of [
    { expression: "p99 < 1s", abort_on_fail: true },
    { expression: "error_rate < 50%", abort_on_fail: true, after: "5s" },
    { expression: "p75 < 1s", abort_on_fail: true, after: "1m" },
  ]) assert.deepEqual(JSON.parse(thresholdJSON(partsOf(given))), given);
});

test("a threshold can be chosen if its metric and unit are among the choices", () => {
  assert.deepEqual(partsOf("p99 < 250ms"),
    { metric: "p99", operator: "<", value: "250", unit: "ms", stop: "", after: "" });
  for (const text of ["p99 < 1m30s", "p99 < 1s abort after 5s"]) {
    assert.deepEqual(partsOf(text), { metric: "", text, stop: "", after: "" });
  }
});

test("JSON keeps the integers that JavaScript would change", () => {
  assert.deepEqual(exact(`{"seed":18446744073709551615,"rate":1.5,"n":9007199254740991,"text":"18446744073709551615"}`),
    { seed: "18446744073709551615", rate: 1.5, n: 9007199254740991, text: "18446744073709551615" });
});

test("the form of the load follows from the spec", () => {
  for (const [spec, want] of [[{ num_jobs: 1 }, "burst"], [{ concurrency: 2 }, "closed"],
    [{ duration: "1s" }, "closed"], [{ rate: 1, concurrency: 2 }, "open"], [{ rate: 1, stages: [] }, "stages"],
  ]) assert.equal(modeOf(spec), want);
});

test("a secret is filled in where it was a part of a text", () => {
  assert.equal(filledIn(`{"a***":"x *** y","b":"***","c":["***$&"],"n":1.0}`, "$&\""),
    `{"a$&\\"":"x $&\\" y","b":"***","c":["$&\\"$&"],"n":1.0}`);
  const found = maskedParts({ a: ["fine", "a ***"], b: "***", c: { d: "***b" } }, "body.workload");
  assert.deepEqual(found.map(({ location }) => location), ["body.workload.a[1]", "body.workload.c.d"]);
});

test("messages are in the words of the form", () => {
  for (const [location, message, want] of [
    ["body.num_jobs", "is needed, or duration or stages: how many jobs, or for how long",
      "Say how many jobs, or for how long to start them."],
    ["body.thresholds[0]", "p99: the limit must be a duration such as \"250ms\"; got \"ms\"",
      "Say what it is compared with, such as 250 ms or 1 %."],
    ["body.thresholds[0]", "in_flight is not known before the end", "in_flight is not known before the end."],
    ["body.workload.url", "is needed: whom to call; path and query", "Is needed: whom to call."],
    ["body.seed", "must be an integer", "Must be an integer."],
  ]) assert.equal(inWords({ location, message }), want);
});

test("a forecast is said in words", () => {
  const closed = (more) => ({ model: "closed", planned_jobs: 100, approximate: false, duration: null, warmup: 0,
    concurrency: 100, load: [{ t: 0, concurrency: 100 }], ...more });
  const open = (more) => ({ model: "open", planned_jobs: 50, approximate: false, duration: 5, warmup: 0,
    concurrency: 10_000_000, load: [{ t: 0, rate: 10 }, { t: 5, rate: 10 }], ...more });
  const says = (forecast) => planOf(forecast).sentence.replaceAll("\u00a0", " ");
  assert.equal(says(closed()), "Starts 100 jobs at once, and ends when the last one has ended.");
  assert.equal(says(closed({ concurrency: 8 })), "Does 100 jobs, 8 at a time.");
  const five = [{ t: 0, concurrency: 5 }, { t: 10, concurrency: 5 }];
  assert.equal(says(closed({ planned_jobs: null, duration: 10, load: five })), "Keeps 5 in flight for 10 s.");
  assert.equal(says(open()), "Starts 50 jobs in 5 s, 10 a second.");
  assert.equal(says(open({ approximate: true, load: [{ t: 0, rate: 0 }, { t: 5, rate: 20 }] })),
    "Starts about 50 jobs in 5 s, up to 20 a second.");
  assert.equal(planOf(closed()).curve, null);
  assert.deepEqual(planOf(open({ warmup: 1, concurrency: 7 })).figures.map(([term]) => term),
    ["Jobs", "Starts jobs for", "Highest rate", "In flight at most", "Warm-up"]);
});

test("a plan of scenarios says what each would do", () => {
  const { sentence, figures, curve } = planOf({
    model: "mixed", planned_jobs: 320, approximate: false, duration: null, warmup: 0, concurrency: 20, load: [],
    scenarios: [
      { name: "fill", start: 0, model: "closed", planned_jobs: 20, approximate: false, duration: null, warmup: 0,
        concurrency: 4, load: [{ t: 0, concurrency: 4 }] },
      { name: "browse", start: null, model: "open", planned_jobs: 300, approximate: false, duration: 3, warmup: 0,
        concurrency: 300, load: [{ t: 0, rate: 100 }, { t: 3, rate: 100 }] },
    ],
  });
  assert.equal(sentence, "Runs 2 scenarios.");
  assert.deepEqual(figures.map(([name]) => name), ["fill", "browse"]);
  assert.match(figures[0][1], /^Does 20.jobs, 4 at a time\.$/u);
  assert.match(figures[1][1], /^Starts 300.jobs in 3.s, 100 a second\.$/u);
  assert.equal(curve, null);
});

test("a scenario more is like the last one, and a spec without any becomes its first", () => {
  const spec = '{"name":"x","num_jobs":5,"seed":18446744073709551615,"workload":{"kind":"noop"},"thresholds":["p99 < 1s"]}';
  const two = withScenario(spec);
  assert.equal(two, '{"name":"x","seed":18446744073709551615,"scenarios":[' +
    '{"name":"scenario-1","num_jobs":5,"workload":{"kind":"noop"},"thresholds":["p99 < 1s"]},' +
    '{"name":"scenario-2","num_jobs":5,"workload":{"kind":"noop"}}]}');
  const three = JSON.parse(withScenario(two.replace("scenario-2", "scenario-3")));
  assert.deepEqual(three.scenarios.map(({ name }) => name), ["scenario-1", "scenario-3", "scenario-4"]);
});

test("names come first in a spec", () => {
  assert.equal(inOrder('{"seed":1,"name":"x","scenarios":[{"rate":1,"start":"1s","name":"a"}],"labels":{"b":"c"}}'),
    '{"name":"x","seed":1,"scenarios":[{"name":"a","start":"1s","rate":1}],"labels":{"b":"c"}}');
});

test("each value of JSON has its line, by its location", () => {
  const json = '{"name":"x","scenarios":[{"a.b":[1,{}]},{"rate":5}],"labels":{"10":"a","2":"b"},"z":[]}';
  assert.deepEqual([...placesOf(json, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])], [
    ["", 1], ["name", 2], ["scenarios", 3], ["scenarios[0]", 4], ["scenarios[0].a.b", 5], ["scenarios[0].a.b[0]", 6],
    ["scenarios[0].a.b[1]", 7], ["scenarios[1]", 8], ["scenarios[1].rate", 9], ["labels", 10], ["labels.10", 11],
    ["labels.2", 12], ["z", 13],
  ]);
});
