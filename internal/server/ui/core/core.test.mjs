// Tests of the pure parts of the core, run by node --test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { commandLine, curl, quote } from "./command.js";
import { clockTime, dateOf, dateTime } from "./dates.js";
import { number, percent, plain, sentence } from "./format.js";
import { member } from "./json.js";
import { yaml } from "./yaml.js";

test("YAML has every number as it was written, and quotes what would be no string", () => {
  const json = `{"seed":18446744073709551615,"rate":1e3,"name":"yes","note":"a b","labels":{"team":"search","v":"1.0"},"empty":{},
    "thresholds":["p99 < 250ms",{"expression":"error_rate < 1%","abort_on_fail":true}],"none":[],"deep":[[1,2],[{"a":null}]],"duration":"30s"}`;
  assert.equal(yaml(json), `seed: 18446744073709551615
rate: 1e3
name: "yes"
note: a b
labels:
  team: search
  v: "1.0"
empty: {}
thresholds:
  - "p99 < 250ms"
  - expression: "error_rate < 1%"
    abort_on_fail: true
none: []
deep:
  - - 1
    - 2
  - - a: null
duration: 30s
`);
});

test("a word of a shell is quoted if it needs that", () => {
  assert.deepEqual(["a-b_c=1", "a b", "it's", "$x", ""].map(quote), ["a-b_c=1", "'a b'", "'it'\\''s'", "'$x'", "''"]);
});

test("a spec is the flags of the command, with its numbers as they were written", () => {
  const json = `{"workload":{"kind":"http","url":"http://a/b?c=1","headers":{"X-A":"b c"},"retries":2},"rate":100,"duration":"30s",
    "seed":18446744073709551615,"thresholds":["p99 < 250ms",{"expression":"error_rate < 5%","abort_on_fail":true,"after":"2s"}],
    "labels":{"team":"search"},"name":"it's","include_jobs":false}`;
  assert.equal(commandLine(json), "aurea run 'http://a/b?c=1' --param 'headers.X-A=b c' --param retries=2 --rate 100 --duration 30s " +
    "--seed 18446744073709551615 --threshold 'p99 < 250ms' --threshold 'error_rate < 5% abort after 2s' --label team=search " +
    "--name 'it'\\''s' --include-jobs=false");
  assert.equal(commandLine(`{"num_jobs":100,"job_duration_ms":5}`), "aurea run --job-duration 5ms --jobs 100");
});

test("what no flag can give exactly is set as JSON", () => {
  for (const [json, want] of Object.entries({
    '{"stages":[{"duration":"1s","rate":5}]}': `aurea run --set 'stages=[{"duration":"1s","rate":5}]'`,
    '{"num_jobs":1,"workload":{"kind":"mix","parts":[]}}':
      "aurea run --workload mix --set 'workload.parts=[]' --jobs 1",
    '{"num_jobs":1,"workload":{"kind":"http","url":"http://a","body":"@file"}}':
      `aurea run --set 'workload={"kind":"http","url":"http://a","body":"@file"}' --jobs 1`,
    '{"num_jobs":1000,"workload":{"kind":"http","url":"http://a"}}':
      "aurea run --workload http --param url=http://a --jobs 1000",
  })) assert.equal(commandLine(json), want);
});

test("a spec whose secrets are masked has no command line", () => {
  for (const json of [`{"num_jobs":1,"workload":{"kind":"http","url":"http://a","headers":{"Authorization":"***"}}}`,
    `{"num_jobs":1,"secrets":["TOKEN"]}`]) {
    assert.equal(commandLine(json), null, json);
  }
});

test("YAML begins no variable and has no sign that it would change", () => {
  assert.equal(yaml(`{"a":"${"$"}{X} $${"$"}{Y}","b":"\u0085\u2028\ud83d\ude00","${"$"}{k}":1}`),
    'a: "$${X} $$${Y}"\nb: "\\u0085\\u2028😀"\n"${k}": 1\n');
});

test("a member is found by its name, however that is written", () => {
  assert.equal(member(`{"x":{"a<b":1},"a\\u003cb":[1.0, 2]}`, "a<b"), "[1.0,2]");
});

test("curl submits a spec, with a token where one is needed", () => {
  assert.equal(curl(`{"num_jobs":1}`, { origin: "http://a:5000", token: false }),
    `curl -s http://a:5000/v1/runs \\\n  -H 'Content-Type: application/json' \\\n  -d '{"num_jobs":1}'`);
  assert.ok(curl("{}", { origin: "http://a", token: true }).includes(`-H "Authorization: Bearer $AUREA_TOKEN"`));
});

test("numbers are written as toLocaleString writes them, but for halves that no binary number has", () => {
  const byIntl = (value) => {
    const size = Math.abs(value);
    return value.toLocaleString("en", size >= 1000 ? { maximumFractionDigits: 0 }
      : size >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 3 });
  };
  const byIntlPercent = (share) => `${(share * 100).toLocaleString("en", { maximumSignificantDigits: 3 })}\u00a0%`;
  const edges = [0, 1, -1, 0.5, 99.95, 99.949, 100, 999.94, 999.95, 999.99, 1000, 999_999.5, 1e6, 1e15, 1e20, 1e21, 1e-6,
    1e-7, 9.99e-7, 1.5e-12, 1234.5, -1234.5, -0.00123, 123_456_789, NaN, Infinity];
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let i = 0; i < 3000; i++) edges.push((random() - 0.3) * 10 ** (24 * random() - 9));
  for (const value of edges) {
    assert.equal(number(value), byIntl(value), String(value));
    assert.equal(percent(value), byIntlPercent(value), `${value} as a share`);
  }
});

test("times are written in the zone of the browser, and as the page's language does", () => {
  const time = new Date(2026, 10, 3, 8, 5, 9);
  assert.equal(dateTime(time), "3 Nov 2026, 08:05:09");
  assert.equal(dateTime(time.toISOString()), "3 Nov 2026, 08:05:09");
  assert.equal(dateTime(time, { seconds: false }), "3 Nov 2026, 08:05");
  assert.equal(dateTime(time, { year: false }), "3 Nov, 08:05:09");
  assert.equal(dateOf(new Date(2026, 0, 31)), "31 Jan 2026");
  assert.equal(clockTime(new Date(2026, 0, 31, 23, 59, 59)), "23:59:59");
});

test("signs that cannot be seen, or that turn the text around, are written as their codes", () => {
  for (const text of ["plain text: 3 µs – 5 %", "two\nlines\tand a tab", "日本語 ☆ ★", "a\u200cb\u200dc"]) {
    assert.equal(plain(text), text);
  }
  assert.equal(plain("abc\u202edef\u2066\u00ad\u0007\ufeff\u2028"), "abc\\u{202e}def\\u{2066}\\u{ad}\\u{7}\\u{feff}\\u{2028}");
  assert.equal(plain("\u007f\r"), "\\u{7f}\\u{d}");
});

test("a message of the service has its counts as the page writes them", () => {
  assert.equal(sentence("p99 is left out: it takes runs with 1000 jobs or more that ended ok"),
    "p99 is left out: it takes runs with 1,000 jobs or more that ended ok.");
  assert.equal(sentence("12 of 10000000 requests failed at http://127.0.0.1:5000 in 2026."),
    "12 of 10,000,000 requests failed at http://127.0.0.1:5000 in 2026.");
});
