// The page of Aurea: it turns the form into a spec, has the service run it, and
// shows the result. Rules about the spec are the service's alone; what it says
// about a field is shown at that field.

const $ = (id) => document.getElementById(id);
const form = $("spec");
const fields = ["num_jobs", "workload", "job_duration_ms", "concurrency", "rate", "duration", "thresholds", "timeout", "warmup", "seed", "name"];
const numbers = ["num_jobs", "job_duration_ms", "concurrency", "rate", "seed"];
const tokenKey = "aurea-token";
const kept = 8; // results for comparison

const examples = {
  burst: { num_jobs: "1000", job_duration_ms: "100", thresholds: "p99 < 250ms\nerror_rate < 1%" },
  arrivals: { workload: "sleep", job_duration_ms: "100", rate: "200", duration: "10s", thresholds: "p99 < 250ms\ndelay.p99 < 5ms" },
  ceiling: { workload: "noop", num_jobs: "1000000", concurrency: "8" },
};

let running = null; // the AbortController of the run under way
let runs = []; // {number, result, text}, newest first
let count = 0;

// --- What is written, for people; the raw JSON keeps every digit.

const round = (value, digits) => Number(value.toPrecision(digits));

function number(value) {
  const size = Math.abs(value);
  const options = size >= 1000 ? { maximumFractionDigits: 0 } : size >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString("en", options);
}

function duration(seconds) {
  const value = round(seconds, 3);
  const of = (factor, unit) => `${round(value * factor, 3)}\u00a0${unit}`;
  if (value === 0) return of(1, "s");
  if (value < 1e-6) return of(1e9, "ns");
  if (value < 1e-3) return of(1e6, "µs");
  if (value < 1) return of(1e3, "ms");
  if (value < 60) return of(1, "s");
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)}\u00a0h ${Math.floor((whole % 3600) / 60)}\u00a0min`;
}

// money has two decimals, or as many as it takes to show three digits.
function money(amount, currency) {
  const decimals = amount === 0 ? 2 : 2 - Math.floor(Math.log10(Math.abs(amount)));
  const maximumFractionDigits = Math.min(Math.max(decimals, 2), 20);
  return amount.toLocaleString("en", { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits });
}

const percent = (share) => `${(share * 100).toLocaleString("en", { maximumSignificantDigits: 3 })}\u00a0%`;

// measured writes the value of a threshold in the unit of its metric.
function measured(check, currency) {
  const metric = check.expression.match(/[a-z0-9_.]*/)[0];
  if (metric === "error_rate") return percent(check.value);
  if (metric.includes("cost")) return money(check.value, currency);
  if (metric === "throughput") return `${number(check.value)}/s`;
  if (metric === "in_flight" || metric.endsWith("_jobs")) return number(check.value);
  return duration(check.value);
}

// indent lays JSON out without reading its numbers, of which JavaScript would
// change the longest.
function indent(json) {
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  const parts = json.match(/"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  return parts.map((part) => {
    if (part === "{" || part === "[") { depth++; return part + line(); }
    if (part === "}" || part === "]") { depth--; return line() + part; }
    return part === "," ? part + line() : part === ":" ? ": " : part;
  }).join("");
}

// --- Building blocks. Text is only ever set as text.

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// exact shows a value as written, and keeps it whole for programs and pointers.
const exact = (value, written) => element("data", { value, title: value }, written);

function row(header, ...cells) {
  return element("tr", {}, element("th", { scope: "row" }, header), ...cells.map((cell) => element("td", {}, cell)));
}

const pair = (term, value, mood = "") => element("div", { class: mood }, element("dt", {}, term), element("dd", {}, value));

function fill(root, name, ...content) {
  root.querySelector(`[data-field="${name}"]`).replaceChildren(...content);
}

function badge(root, name, text, mood) {
  fill(root, name, text);
  root.querySelector(`[data-field="${name}"]`).className = `badge ${mood}`;
}

// --- From the form to a spec.

// jsonNumber is how a number looks in JSON; anything else is sent as text, and
// the service says what is wrong with it.
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

// specText writes the spec as JSON. Numbers go as they were typed: a seed may
// be longer than JavaScript can count.
function specText() {
  const members = [];
  const add = (name, json) => members.push(`${JSON.stringify(name)}:${json}`);
  const noop = form.elements.workload.value === "noop";
  if (noop) add("workload", JSON.stringify({ kind: "noop" }));
  for (const name of fields) {
    const value = form.elements[name].value.trim();
    if (value === "" || name === "workload" || (noop && name === "job_duration_ms")) continue;
    if (name === "thresholds") add(name, JSON.stringify(thresholdLines().map((line) => line.text)));
    else add(name, numbers.includes(name) && jsonNumber.test(value) ? value : JSON.stringify(value));
  }
  add("include_jobs", "false");
  return `{${members.join(",")}}`;
}

function thresholdLines() {
  return form.elements.thresholds.value.split("\n")
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter((line) => line.text !== "");
}

function showKind() {
  $("job-duration").hidden = form.elements.workload.value === "noop";
}

function useExample(name) {
  form.reset();
  if (examples[name].num_jobs === undefined) form.elements.num_jobs.value = "";
  for (const [field, value] of Object.entries(examples[name])) form.elements[field].value = value;
  clearErrors();
  showKind();
  $("run").focus();
}

// --- Running.

async function run() {
  if (running) return;
  clearErrors();
  running = new AbortController();
  const endClock = startClock();
  say("Running…");
  try {
    await receive(await post(specText(), running.signal));
  } catch (error) {
    failed(error);
  } finally {
    running = null;
    endClock();
  }
}

function post(body, signal) {
  const headers = { "Content-Type": "application/json" };
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers.Authorization = `Bearer ${token}`;
  return fetch("/benchmark/run", { method: "POST", headers, body, signal });
}

async function receive(response) {
  const text = await response.text();
  if (response.ok) {
    showNew(JSON.parse(text), text);
    return;
  }
  say("");
  showProblem(response.status, parseProblem(text), response.headers.get("Retry-After"));
}

// parseProblem makes do with an answer that is not the service's own, such as
// that of a proxy in between.
function parseProblem(text) {
  try {
    const problem = JSON.parse(text);
    if (typeof problem.detail === "string") return problem;
  } catch { /* not JSON */ }
  return { detail: "The answer does not say why." };
}

// failed tells of a run without an answer.
function failed(error) {
  if (error.name === "AbortError") {
    say(`Stopped after ${$("elapsed").textContent}. The service drops a run that nobody waits for, so there is no result.`);
    return;
  }
  say("");
  if (error instanceof SyntaxError) {
    showAlert("The answer could not be read", "What came back is not JSON, or only a part of it.");
    return;
  }
  showAlert("The service cannot be reached", `There was no answer from ${location.origin}, or the connection broke before its end. Is the service still running?`);
}

// startClock shows the time that a run takes; the function it returns ends that.
// The focus stays on the one button there is.
function startClock() {
  const started = performance.now();
  const tick = () => { $("elapsed").textContent = `${((performance.now() - started) / 1000).toFixed(1)}\u00a0s`; };
  tick();
  const clock = setInterval(tick, 100);
  swapButtons($("run"), $("stop"));
  $("busy").hidden = false;
  return () => {
    clearInterval(clock);
    $("busy").hidden = true;
    $("elapsed").textContent = "";
    swapButtons($("stop"), $("run"));
  };
}

function swapButtons(from, to) {
  const focused = document.activeElement === from;
  to.hidden = false;
  if (focused) to.focus();
  from.hidden = true;
}

function say(text) {
  $("status").textContent = text;
}

// --- Problems.

const titles = {
  400: "The service does not take this",
  401: "The service asks for a token",
  413: "This is too long",
  429: "The service has enough to do",
  503: "The service takes no runs at the moment",
};

function showProblem(status, problem, retryAfter) {
  if (status === 401) {
    askForToken();
    return;
  }
  const again = retryAfter ? ` Try again in ${retryAfter} s.` : "";
  showAlert(titles[status] ?? `The run did not take place (status ${status})`, sentence(problem.detail) + again);
  showFieldErrors(problem.errors ?? []);
}

// sentence gives what may be the middle of a line in a terminal its full stop.
const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

function showAlert(title, detail) {
  const alert = $("problem");
  fill(alert, "title", title);
  fill(alert, "detail", detail);
  alert.hidden = false;
  alert.scrollIntoView({ block: "nearest" });
}

function askForToken() {
  const refused = sessionStorage.getItem(tokenKey) !== null;
  sessionStorage.removeItem(tokenKey);
  showAlert(titles[401], refused ? "The token that was sent is not one of its tokens." : "Whoever started the service has it.");
  $("token").value = "";
  $("auth").hidden = false;
  $("token").focus();
}

function useToken() {
  sessionStorage.setItem(tokenKey, $("token").value.trim());
  $("token").value = "";
  $("run").focus();
  run();
}

// showFieldErrors puts every message at its field and the focus on the first of
// them, in the order of the form.
function showFieldErrors(errors) {
  const messages = new Map();
  for (const error of errors) {
    const name = fieldOf(error.location);
    if (name) messages.set(name, [...(messages.get(name) ?? []), messageAt(error)]);
  }
  for (const [name, list] of messages) markWrong(form.elements[name], list.join("\n"));
  form.querySelector("[aria-invalid]")?.focus();
}

// fieldOf is the field of a location such as body.thresholds[1].
function fieldOf(location) {
  const name = location.match(/^body\.([a-z_]+)/)?.[1];
  return fields.includes(name) ? name : undefined;
}

function messageAt({ location, message }) {
  const index = location.match(/^body\.thresholds\[(\d+)\]/)?.[1];
  return index === undefined ? message : `Line ${thresholdLines()[index].line}: ${message}`;
}

function markWrong(control, message) {
  const id = `${control.id}-error`;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", id);
  control.closest(".field").append(element("p", { id, class: "error" }, message));
  const folded = control.closest("details");
  if (folded) folded.open = true;
}

function clearError(control) {
  control.removeAttribute("aria-invalid");
  control.removeAttribute("aria-describedby");
  $(`${control.id}-error`)?.remove();
}

function clearErrors() {
  $("problem").hidden = true;
  $("auth").hidden = true;
  form.querySelectorAll("[aria-invalid]").forEach(clearError);
}

// --- The result.

function showNew(result, text) {
  const entry = { number: ++count, result, text };
  runs = [entry, ...runs].slice(0, kept);
  show(entry);
  say(summary(entry));
  reveal($("result-title"));
}

// reveal scrolls to what is out of sight, and leaves alone what is not.
function reveal(target) {
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) target.scrollIntoView();
}

function summary({ result: r }) {
  const verdict = { pass: " Every threshold holds.", fail: " A threshold does not hold.", invalid: " The measurement is invalid.", no_data: " There was nothing to judge." };
  return `Done: ${number(r.counts.ok)} of ${number(r.counts.planned)} jobs ok, ${number(r.throughput)} jobs/s.${verdict[r.verdict] ?? ""}`;
}

function show(entry) {
  const { result, text } = entry;
  const root = $("result");
  $("empty").hidden = true;
  root.hidden = false;
  fill(root, "title", `Run ${entry.number}: ${describe(result.spec)}`);
  fill(root, "about", [result.name, result.benchmark_id].filter(Boolean).join(" · "));
  showBadges(root, result);
  showFigures(root, result);
  showCounts(root, result.counts);
  showDoubts(root, result.validity);
  showThresholds(root, result);
  showCharts(root, result.series);
  showDistribution(root, result);
  showFacts(root, result, text);
  showErrors(root, result.errors);
  $("raw").textContent = indent(text);
  showHistory(entry);
}

// describe says what a spec asked for, in a few words.
function describe(spec) {
  const kind = spec.workload?.kind ?? "sleep";
  const job = kind !== "sleep" ? kind : spec.workload?.duration ?? duration((spec.job_duration_ms ?? 100) / 1000);
  const words = [spec.num_jobs ? `${number(spec.num_jobs)} × ${job}` : `${job} jobs`];
  if (spec.rate) words.push(`${number(spec.rate)}/s`);
  if (spec.concurrency) words.push(`${number(spec.concurrency)} at a time`);
  if (spec.duration) words.push(`for ${spec.duration}`);
  return words.join(", ");
}

const moods = {
  completed: "good", cancelled: "doubtful", failed: "bad",
  valid: "good", degraded: "doubtful", invalid: "bad",
  pass: "good", fail: "bad", no_data: "doubtful",
};

function showBadges(root, r) {
  badge(root, "status", r.status, moods[r.status]);
  badge(root, "validity", r.validity.state, moods[r.validity.state]);
  badge(root, "verdict", r.verdict === "none" ? "no thresholds" : r.verdict.replace("_", " "), moods[r.verdict] ?? "");
}

function showFigures(root, r) {
  fill(root, "throughput", exact(r.throughput, number(r.throughput)));
  fill(root, "mean_latency", exact(r.mean_latency, duration(r.mean_latency)));
  fill(root, "latency.p99", exact(r.latency.p99, duration(r.latency.p99)));
  fill(root, "total_cost", exact(r.total_cost, money(r.total_cost, r.cost.currency)));
}

function showDoubts(root, validity) {
  $("doubts").hidden = validity.reasons.length === 0;
  $("doubts").className = `notice ${moods[validity.state]}`;
  fill(root, "doubts-title", validity.state === "invalid" ? "These numbers are not to be believed" : "These numbers deserve some doubt");
  fill(root, "reasons", ...validity.reasons.map((reason) => element("li", {}, capital(sentence(reason.message)))));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function showThresholds(root, r) {
  $("judged").hidden = r.thresholds.length === 0;
  fill(root, "thresholds", ...r.thresholds.map((check) => row(
    element("code", {}, check.expression),
    exact(check.value, measured(check, r.cost.currency)),
    element("span", { class: `badge ${check.ok ? "good" : "bad"}` }, check.ok ? "yes" : "no"),
  )));
}

function showDistribution(root, r) {
  const lines = [["Min", "min"], ["Mean", "mean"], ["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"], ["p99.9", "p999"], ["Max", "max"]];
  const of = [r.latency, r.service_time, r.delay];
  fill(root, "distribution", ...lines.map(([label, key]) =>
    row(label, ...of.map((summary) => (summary.count ? exact(summary[key], duration(summary[key])) : "–")))));
}

// Jobs that did not end well stand out; counts of none stand back.
function showCounts(root, counts) {
  const names = ["planned", "ok", "failed", "timeout", "cancelled", "dropped", "lost"].filter((name) => name !== "lost" || counts.lost > 0);
  fill(root, "counts", ...names.map((name, i) =>
    pair(capital(name), exact(counts[name], number(counts[name])), counts[name] === 0 ? "none" : i > 1 ? "bad" : "")));
}

function showFacts(root, r, text) {
  const seed = text.match(/"seed":(\d+)/)?.[1] ?? r.seed; // in full: it may be longer than JavaScript can count
  const facts = [
    ["Duration", exact(r.duration, duration(r.duration))],
    ["Model", r.model],
    ["In flight, max", exact(r.in_flight.max, number(r.in_flight.max))],
    ["In flight, mean", exact(r.in_flight.mean, number(r.in_flight.mean))],
  ];
  if (r.rate) {
    facts.push(["Rate asked for", exact(r.rate.target, `${number(r.rate.target)}/s`)], ["Rate achieved", exact(r.rate.achieved, `${number(r.rate.achieved)}/s`)]);
  }
  if (r.warmup) {
    facts.push(["Warm-up, not judged", exact(r.warmup.counts.ok, `${duration(r.warmup.duration)}, ${number(r.warmup.counts.ok)} jobs ok`)]);
  }
  facts.push(
    ["Cost of a million jobs", exact(r.cost.per_million_jobs, money(r.cost.per_million_jobs, r.cost.currency))],
    ["Seed", seed],
    ["Started", element("time", { datetime: r.start_time }, new Date(r.start_time).toLocaleTimeString())],
  );
  fill(root, "facts", ...facts.map(([term, value]) => pair(term, value)));
}

function showErrors(root, errors) {
  const some = errors.filter((error) => error.count > 0);
  $("failures").hidden = some.length === 0;
  fill(root, "errors", ...some.map((error) => row(error.class, exact(error.count, number(error.count)), error.sample)));
}

// --- Charts.

function showCharts(root, series) {
  const enough = series.length >= 2;
  $("charts").hidden = !enough;
  if (!enough) return;
  fill(root, "charts",
    chart("Throughput", series, (point) => point.throughput, (value) => `${number(value)}/s`),
    chart("p99 latency", series, (point) => (point.ok ? point.p99 : null), duration));
}

// chart draws one line from 0 up; a null is a gap. The words stand beside the
// drawing, which is stretched to whatever room there is.
function chart(title, series, value, write) {
  const points = series.map((point) => ({ t: point.t, value: value(point) }));
  const values = points.map((point) => point.value).filter((v) => v !== null);
  const top = Math.max(...values, 0);
  const end = series.at(-1).t;
  const label = `${title} over ${duration(end)}: from ${write(Math.min(...values, top))} to ${write(top)}`;
  return element("figure", {},
    element("figcaption", {}, element("b", {}, title), element("span", {}, `up to ${write(top)}`)),
    svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label },
      svg("path", { class: "grid", d: "M0 0H100M0 50H100M0 100H100" }),
      svg("path", { class: "line", d: line(points, end, top) })),
    element("p", { class: "axis", "aria-hidden": "true" }, element("span", {}, "0"), element("span", {}, duration(end))));
}

function line(points, end, top) {
  let pen = "M";
  return points.map((point) => {
    if (point.value === null) { pen = "M"; return ""; }
    const at = `${pen}${(100 * point.t) / end} ${100 - (top ? (100 * point.value) / top : 0)}`;
    pen = "L";
    return at;
  }).join("");
}

// --- Comparison.

function showHistory(shown) {
  $("history").hidden = runs.length < 2;
  $("runs").replaceChildren(...runs.map((entry) => {
    const r = entry.result;
    const pick = element("button", { type: "button", class: "link" }, `${entry.number}: ${r.name || describe(r.spec)}`);
    if (entry === shown) pick.setAttribute("aria-current", "true");
    pick.addEventListener("click", () => {
      show(entry);
      say(`Run ${entry.number} is shown.`);
      $("runs").querySelector("[aria-current]").focus({ preventScroll: true });
      reveal($("result-title"));
    });
    return row(pick, exact(r.throughput, number(r.throughput)), exact(r.mean_latency, duration(r.mean_latency)),
      exact(r.latency.p99, duration(r.latency.p99)), exact(r.total_cost, money(r.total_cost, r.cost.currency)),
      `${number(r.counts.ok)}/${number(r.counts.planned)}`);
  }));
}

// --- Wiring.

async function showVersion() {
  try {
    const health = await (await fetch("/health")).json();
    $("version").textContent = health.version;
  } catch { /* the page works without it */ }
}

function offerCopy() {
  if (!navigator.clipboard) return; // only where the connection is trusted
  const button = $("copy");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($("raw").textContent);
    say("Copied.");
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.addEventListener("input", (event) => clearError(event.target));
form.elements.workload.addEventListener("change", showKind);
$("stop").addEventListener("click", () => running?.abort());
$("auth").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken();
});
for (const button of document.querySelectorAll("[data-example]")) {
  button.addEventListener("click", () => useExample(button.dataset.example));
}
showKind();
offerCopy();
showVersion();

export { duration, indent, money, number, percent }; // for the tests
