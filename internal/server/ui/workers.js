// The list of the service's workers. It is shown if workers may join, and follows
// their states by polling.

import { receive, request } from "./core/api.js";
import { $, below, element, exact, fill, row } from "./core/dom.js";
import { fold } from "./fold.js";
import { capital, count, duration, sentence } from "./core/format.js";

const least = 2000; // ms between polls
const each = 10; // ms for each worker, if that is more: a list of thousands is large
const outage = 10_000; // ms between polls that fail

const root = $("workers");
let workers = []; // the last list
let at = 0; // when it was made, by the service's clock, in ms
const folded = fold($("all-workers"), "worker", render);
let timer = null;

// listWorkers shows the workers, and keeps the list up to date. It returns whether
// workers may join the service.
export async function listWorkers() {
  clearTimeout(timer);
  const response = await request("GET", "/v1/workers");
  const body = JSON.parse(await receive(response.text()));
  root.hidden = !body.broker;
  if (!body.broker) return false;
  workers = body.workers.toSorted((a, b) => rank(a) - rank(b)); // which keeps the order by name
  at = Date.parse(response.headers.get("Date")) || Date.now();
  render();
  again();
  return true;
}

// again lists the workers after a pause; nobody sees them in a hidden tab.
function again(pause = Math.max(least, each * workers.length)) {
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden ? again() : listWorkers().catch(showStale)), pause);
}

// showStale says that the list is not up to date, and why.
function showStale(error) {
  const why = error.status ? error.message : "The service does not answer";
  fill(root, "stale", `${sentence(capital(why))} This is the list of ${new Date(at).toLocaleTimeString()}.`);
  again(outage);
}

// moods of states; the others have none.
const moods = { reserved: "good", running: "good", draining: "doubtful", refused: "bad", gone: "bad" };

// rank is 0 for workers that need a look, which come first.
const rank = ({ state }) => (state === "refused" || state === "gone" ? 0 : 1);

function render() {
  const focused = root.contains(document.activeElement) ? document.activeElement.hash : "";
  fill(root, "stale");
  $("workers-table").hidden = workers.length === 0;
  $("workers-none").hidden = workers.length > 0;
  showSummary(summary());
  fill(root, "workers", ...folded.rows(workers).map(line));
  if (focused) root.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// showSummary changes only what is new, since that is read out.
function showSummary(text) {
  if ($("workers-summary").textContent !== text) $("workers-summary").textContent = text;
}

// summary counts the workers, and those that take no runs.
function summary() {
  if (workers.length === 0) return "";
  const counts = ["draining", "refused", "gone"].map((state) => [workers.filter((worker) => worker.state === state).length, state]);
  const others = counts.filter(([n]) => n > 0).map((pair) => pair.join(" "));
  return `${count(workers.length, "worker")}${others.length > 0 ? `, of them ${others.join(", ")}` : ""}.`;
}

function line(worker) {
  const { id, name, state, labels, version, arch, cores, cpu, host, bound, last_seen: seen } = worker;
  const pairs = Object.entries(labels).toSorted().map((pair) => pair.join("="));
  const age = Math.max((at - Date.parse(seen)) / 1000, 0);
  return row(
    element("span", { title: id }, name || id, ...below(pairs.join(", "))),
    element("span", {}, element("span", { class: `badge ${moods[state] ?? ""}` }, state), ...why(worker)),
    element("span", {}, host || "–", ...below([cpu, arch].filter(Boolean).join(", "))),
    exact(cores, String(cores)),
    version,
    bound ? exact(bound, `± ${duration(bound)}`) : "–",
    element("time", { datetime: seen, title: new Date(seen).toLocaleString() }, `${duration(Math.floor(age))} ago`));
}

// why says why a worker is refused, or links to its run.
const why = ({ reason, run }) => below(reason ? sentence(capital(reason)) : run && element("a", { href: `#/runs/${run}` }, "its run"));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !root.hidden) listWorkers().catch(showStale);
});
