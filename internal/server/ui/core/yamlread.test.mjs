// Tests of reading YAML, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { yaml } from "./yaml.js";
import { readYAML } from "./yamlread.js";

const read = (text) => JSON.parse(readYAML(text).json);

test("blocks, brackets and scalars are read as YAML 1.2 does", () => {
  for (const [text, want] of [
    ["", null], ["# nothing\n", null], ["---\na: 1\n", { a: 1 }], ["a: 1\nb: two words # why\n", { a: 1, b: "two words" }],
    ["a:\n  b: x\n  c:\n    d: y\ne: z", { a: { b: "x", c: { d: "y" } }, e: "z" }],
    ["a:\n- 1\n- b: 2\n  c: 3\n-\n  d: 4\n- - 5\n  - 6\nz: 7", { a: [1, { b: 2, c: 3 }, { d: 4 }, [5, 6]], z: 7 }],
    ["a:\n\n  - x # one\n  # between\n  - y\n", { a: ["x", "y"] }],
    ["a: {b: 1, c: [x y, 'it''s', \"q\\n\\u00e4\"], d: }", { a: { b: 1, c: ["x y", "it's", "q\nä"], d: null } }],
    ["a: [1,\n  2, # two\n  {b: http://x:80/y, c: \"a, b\"}\n  ]\nd: 1", { a: [1, 2, { b: "http://x:80/y", c: "a, b" }], d: 1 }],
    ['{"a": {"b": [true, null]}, "c":1}', { a: { b: [true, null] }, c: 1 }],
    ["url: http://127.0.0.1:80/a?b=c#d\nx: a#b\ny: 'a: b'", { url: "http://127.0.0.1:80/a?b=c#d", x: "a#b", y: "a: b" }],
    ["a: ~\nb:\nc: False\nd: yes\ne: +3\nf: .5\ng: 0x1f\nh: 1e3\ni: 007\nj: 1.", {
      a: null, b: null, c: false, d: "yes", e: 3, f: 0.5, g: 31, h: 1000, i: "007", j: "1." }],
    ["a: |\n  one\n    two\n\n  three\n\nb: >-\n  one\n  two\n\n  three\n", { a: "one\n  two\n\nthree\n", b: "one two\nthree" }],
    ["a: |-\n  {\"x\": 1}\nb: 1", { a: '{"x": 1}', b: 1 }], ["a: |+\n  x\n\nb: 1", { a: "x\n\n", b: 1 }],
    ["a: one\n  two\n  three\nb: \"x\n  y\n\n  z\"", { a: "one two three", b: "x y\nz" }],
    ["a b: 1\n\"c: d\": 2\n'e': 3", { "a b": 1, "c: d": 2, e: 3 }], ["a: $${b}", { a: "${b}" }],
    ["- 1\n- a", [1, "a"]], ["a: -1\nb: '-'\nc: -x", { a: -1, b: "-", c: "-x" }], ["a: {}\nb: []\nc: ''", { a: {}, b: [], c: "" }],
    ["thresholds: [p99 < 2s, \"error_rate == 0\"]", { thresholds: ["p99 < 2s", "error_rate == 0"] }],
  ]) {
    assert.deepEqual(read(text), want, text);
  }
});

test("numbers keep their digits", () => {
  assert.equal(readYAML("seed: 18446744073709551615\nx: [1.10]").json, '{"seed":18446744073709551615,"x":[1.10]}');
});

test("what is wrong is said with its line", () => {
  for (const [text, line, message] of [
    ["a: 1\n\ta: 2", 2, /tab/], ["a: 1\nb: 2\na: 3", 3, /a twice/], ["a:\n  b: 1\n    c: 2", 3, /too far/],
    ["a: 1\nb", 2, /no name/], ["a: [1, 2\nb: 3", 2, /comma|bracket/], ["a: \"x\nb: 1", 1, /closing "/], ["a: b: c", 1, /quotes/],
    ["a: &x 1", 1, /begins with &/], ["a: *x", 1, /begins with \*/], ["a: !!str 1", 1, /begins with !/],
    ["a: 1\n---\nb: 2", 2, /no name|another/], ["a: {b: 1} c", 1, /behind/], ["a: ${X}", 1, /variable/],
    ["a: 1\n  - b", 2, /list/], ["a: |x\n  b", 1, /text of lines/], ["a: \"\\q\"", 1, /escape/], ["a: {b: 1,\n b: 2}", 2, /b twice/],
    ["  a: 1\nb: 2", 2, /fit/],
  ]) {
    assert.throws(() => readYAML(text), (error) => error.line === line && message.test(error.message), text);
  }
});

test("the line of a value is known by its location, and that of what lacks it", () => {
  const { lineOf } = readYAML("name: x\nscenarios:\n  - name: a\n    rate: 5\n  - {name: b,\n     rate: 7}\nworkload:\n  a.b: 1\n");
  const places = ["name", "scenarios", "scenarios[0]", "scenarios[0].rate", "scenarios[1].rate", "scenarios[1].num_jobs",
    "scenarios[0].stages[2].rate", "workload.a.b", "nothing"];
  assert.deepEqual(places.map(lineOf), [1, 2, 3, 4, 6, 5, 3, 8, 1]);
});

test("what is written as YAML is read as it was", () => {
  let seed = 1;
  const next = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const texts = ["", "a", "a b", " a", "a: b", "- a", "#x", "x #y", "1", "1e3", "true", "~", "it's", '"', "\\", "\n", "a\n b\n", "\t",
    "${X}", "$${X}", "{", "]", "ä\u2028", "p99 < 1s", "250ms", "*", "&a", "%", "0x1f", "|", ">", "http://x:1/#a", "---", "\u0000"];
  const any = (depth) => {
    const kind = next(depth > 3 ? 4 : 6);
    if (kind === 0) return texts[next(texts.length)] + texts[next(texts.length)];
    if (kind === 1) return texts[next(texts.length)];
    if (kind === 2) return (next(2000) - 1000) / [1, 8, 1000][next(3)];
    if (kind === 3) return [true, false, null][next(3)];
    if (kind === 4) return Array.from({ length: next(4) }, () => any(depth + 1));
    return Object.fromEntries(Array.from({ length: next(4) }, (_, i) => [`${texts[1 + next(texts.length - 1)]}${i}`, any(depth + 1)]));
  };
  for (let i = 0; i < 3000; i++) {
    const value = { a: any(0), b: any(0) };
    const text = yaml(JSON.stringify(value));
    assert.deepEqual(read(text), value, text);
  }
});
