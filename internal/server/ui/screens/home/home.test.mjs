// Tests of the pure parts of the home, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ago } from "./ago.js";
import { addressOf, filtersOf, isFiltered, labelOf, pageQuery } from "./filters.js";
import { lineOf, wordsOf } from "./line.js";
import { byTurn, meets, withBaseline, withHead, withTail } from "./list.js";
import { shareOf, titleOf } from "./now.js";
import { pathOf } from "./sparkline.js";

const lines = (...ids) => ids.map((id) => ({ id }));
const ids = (list) => list.lines.map(({ id }) => id).join("");

test("an address has the filters, and no others", () => {
  const address = "#/?q=a%20b&status=failed&verdict=no_data&name=shop%26co" +
    "&label=team:search&label=v:1%3D2&baseline=true";
  const filters = filtersOf(new URLSearchParams(address.slice(3) + "&page=7"));
  assert.equal(addressOf(filters), address);
  assert.deepEqual(filters.labels, ["team:search", "v:1=2"]);
  assert.equal(isFiltered(filters), true);
});

test("without filters the address is the home's, and every finished run is asked for", () => {
  const filters = filtersOf(new URLSearchParams(""));
  assert.equal(isFiltered(filters), false);
  assert.equal(addressOf(filters), "#/");
  assert.equal(pageQuery(filters, 50, "").toString(), "status=completed%2Cfailed%2Ccancelled%2Cinterrupted&limit=50");
});

test("a status takes the place of all", () => {
  const query = pageQuery(filtersOf(new URLSearchParams("status=failed")), 50, "c");
  assert.equal(query.toString(), "status=failed&limit=50&cursor=c");
});

test("a label is typed with an equals sign or a colon", () => {
  assert.equal(labelOf(" team = search engine "), "team:search engine");
  assert.equal(labelOf("team:a=b"), "team:a=b");
  assert.equal(labelOf("team"), null);
  assert.equal(labelOf("a b=c"), null);
});

test("a head replaces what it covers and keeps the tail", () => {
  const list = { lines: lines(..."edcba"), cursor: "old" };
  const head = withHead(list, { lines: lines(..."gfdc"), cursor: "new" });
  assert.equal(ids(head), "gfdcba");
  assert.equal(head.cursor, "old");
});

test("a head that reaches the end of the list has the newer cursor", () => {
  const head = withHead({ lines: lines(..."cb"), cursor: "old" }, { lines: lines(..."dcb"), cursor: "new" });
  assert.deepEqual([ids(head), head.cursor], ["dcb", "new"]);
});

test("a head that is everything replaces everything", () => {
  const head = withHead({ lines: lines(..."cba"), cursor: "" }, { lines: lines(..."cb"), cursor: "" });
  assert.equal(ids(head), "cb");
});

test("a head beyond a gap begins the list again", () => {
  const page = { lines: lines(..."zy"), cursor: "new" };
  const list = { lines: lines(..."cba"), cursor: "old" };
  assert.equal(meets(list, page), false);
  assert.equal(ids(withHead(list, page)), "zy");
});

test("a tail has no line twice", () => {
  const tail = withTail({ lines: lines(..."dc"), cursor: "1" }, { lines: lines(..."cba"), cursor: "2" });
  assert.deepEqual([ids(tail), tail.cursor], ["dcba", "2"]);
});

test("a name has one baseline", () => {
  const line = (id, name, baseline) => ({ id, name, baseline });
  const list = { lines: [line("1", "a", true), line("2", "b", true), line("3", "a", false)], cursor: "" };
  const marks = ({ lines: all }) => all.map(({ baseline }) => baseline);
  assert.deepEqual(marks(withBaseline(list, { id: "3", name: "a", baseline: true })), [false, true, true]);
  assert.deepEqual(marks(withBaseline(list, { id: "1", name: "a", baseline: false })), [false, true, false]);
});

test("what runs comes before what waits, which is by its place", () => {
  const one = (id, status, place) => ({ id, status, place, created: id });
  const all = [one("4", "queued", 2), one("3", "queued", 1), one("2", "running", 0), one("1", "running", 0)];
  const sorted = all.sort(byTurn);
  assert.equal(sorted.map(({ id }) => id).join(""), "1234");
  assert.equal(titleOf(sorted), "2 running, 2 waiting");
  assert.equal(titleOf(sorted.slice(0, 2)), "2 running");
  assert.equal(titleOf(sorted.slice(2)), "2 waiting");
});

const result = {
  verdict: "fail", thresholds: [{ expression: "p99 < 1ms", ok: false }, { expression: "p50 < 1s", ok: true }],
  validity: { state: "degraded", reasons: [{ message: "late" }, { message: "busy" }] }, throughput: 12.5, duration: 3,
  latency: { count: 9, p50: 0.1, p99: 0.2 },
  counts: { ok: 9, failed: 1, timeout: 0, cancelled: 5, dropped: 0, lost: 0 },
};
const run = (more) => ({
  id: "1", name: "", labels: { b: "2", a: "1" }, status: "completed", baseline: false, created_at: "t",
  queue_position: 0, spec: { num_jobs: 10, workload: { kind: "noop" } }, result, ...more,
});

test("a line has what its row shows", () => {
  const line = lineOf(run());
  assert.equal(line.title, "10 × noop");
  assert.deepEqual(line.labels, [["a", "1"], ["b", "2"]]);
  assert.deepEqual([line.result.p50, line.result.p99, line.result.errors], [0.1, 0.2, 0.1]);
});

test("without jobs there is no quantile and no error rate", () => {
  const counts = { ok: 0, failed: 0, timeout: 0, cancelled: 5, dropped: 0, lost: 0 };
  const line = lineOf(run({ result: { ...result, counts, latency: { count: 0, p50: 0, p99: 0 } } }));
  assert.deepEqual([line.result.p50, line.result.p99, line.result.errors], [null, null, null]);
});

test("the words of an end say why", () => {
  const words = (more) => wordsOf(lineOf(run(more))).map(({ text, mood, why }) => `${text} ${mood} ${why}`.trim());
  assert.deepEqual(words(), ["fail bad missed: p99 < 1ms", "degraded doubtful late; busy"]);
  assert.deepEqual(words({ status: "failed", error: "lost a worker", result: null }), ["failed bad lost a worker"]);
  assert.deepEqual(words({ damaged: "bits", spec: {}, result: null }), ["damaged bad bits"]);
  const fine = { ...result, verdict: "none", thresholds: undefined, validity: { state: "valid" } };
  assert.deepEqual(words({ result: fine }), []);
  assert.deepEqual(words({ result: { ...fine, verdict: "no_data" } }), ["no data doubtful"]);
});

test("an age is one number", () => {
  const now = Date.parse("2026-03-20T12:00:00Z");
  const age = (seconds) => ago(new Date(now - seconds * 1000).toISOString(), now).replace("\u00a0", " ");
  assert.deepEqual([-5, 0, 59, 60, 3599, 3600, 86_399, 86_400, 6.9 * 86_400].map(age),
    ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "23 h", "1 d", "6 d"]);
  assert.equal(age(30 * 86_400), "18 Feb");
  assert.equal(age(400 * 86_400), "Feb 2025");
});

test("the share of a run that is over is unknown without a remaining time", () => {
  assert.equal(shareOf({ elapsed: 3, remaining: 7 }), 0.3);
  assert.equal(shareOf({ elapsed: 3, remaining: -1 }), null);
  assert.equal(shareOf({ elapsed: 0, remaining: 0 }), null);
  assert.equal(shareOf(null), null);
});

test("a sparkline begins at zero", () => {
  assert.equal(pathOf([10, 5, 10]), "M0 1.5L40 10L80 1.5");
  assert.equal(pathOf([0, 0]), "M0 18.5L80 18.5");
});
