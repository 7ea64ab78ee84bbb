// The workers of the service.

import { dateTime } from "../../core/dates.js";
import { below, element, exact } from "../../core/dom.js";
import { capital, count, duration, plain, sentence } from "../../core/format.js";
import { byNeed, moods, summary } from "./words.js";

/** @typedef {import("../../types").Worker} Worker */

const most = 20; // rows before the others are folded

/**
 * Returns the card of the workers: { node, show }.
 */
export function workerCard() {
  const says = element("p", { class: "hint" });
  const body = element("tbody", {});
  const header = ["Worker", "State", "Machine", "Cores", "Version", "Clock", "Heard"];
  const table = element("div", { class: "wide", role: "region", "aria-label": "Workers", tabindex: "0" },
    element("table", { class: "workers" },
      element("thead", {}, element("tr", {}, ...header.map((text) => element("th", { scope: "col" }, text)))), body));
  const all = element("button", { type: "button", class: "small" });
  const node = element("section", { class: "card" }, element("h2", {}, "Workers"), says, table, all);
  let unfolded = false;
  let shown = { broker: false, workers: [], now: 0 };

  function show({ broker, workers, now }) {
    shown = { broker, workers, now };
    const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
    table.hidden = workers.length === 0;
    all.hidden = workers.length <= most;
    all.textContent = unfolded ? `Show ${most}` : `Show all ${count(workers.length, "worker")}`;
    all.setAttribute("aria-expanded", String(unfolded));
    const text = wordsOf(broker, workers);
    if (says.textContent !== text) says.textContent = text;
    body.replaceChildren(...byNeed(workers).slice(0, unfolded ? undefined : most).map((worker) => row(worker, now)));
    if (!focused) return;
    const again = body.querySelector(`a[href="${CSS.escape(focused)}"]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
  all.addEventListener("click", () => {
    unfolded = !unfolded;
    show(shown);
  });
  return { node, show };
}

function wordsOf(broker, workers) {
  if (workers.length > 0) return `${summary(workers)}.`;
  if (!broker) return "None: the service runs all jobs itself.";
  return "None has joined. The service runs all jobs itself until one is started with aurea worker --nats URL.";
}

/**
 * @param {Worker} worker
 * @param {number} now
 */
function row(worker, now) {
  const { id, name, state, labels, version, arch, cores, cpu, host, bound, last_seen: seen } = worker;
  const pairs = Object.entries(labels).sort().map((pair) => pair.join("="));
  const age = Math.max((now - Date.parse(seen)) / 1000, 0);
  const heard = { datetime: seen, title: dateTime(seen) };
  const cell = (...content) => element("td", {}, ...content);
  const named = (term, content) => element("td", { "data-term": term }, content);
  return element("tr", {},
    element("th", { scope: "row", title: plain(id) }, element("bdi", {}, name || id), ...below(pairs.join(", "))),
    cell(element("span", { class: `badge ${moods[state] ?? ""}` }, state), ...why(worker)),
    cell(host || "–", ...below([cpu, arch].filter(Boolean).join(", "))),
    named("cores", exact(cores, String(cores))), named("version", version || "–"),
    named("clock", bound ? exact(bound, `± ${duration(bound)}`) : "–"),
    named("heard", element("time", heard, `${duration(Math.floor(age))} ago`)));
}

/**
 * Says why a worker is refused, or links to its run.
 * @param {Worker} worker
 */
function why({ reason, run }) {
  if (reason) return below(sentence(capital(reason)));
  return run ? below(element("a", { href: `#/runs/${encodeURIComponent(run)}` }, "its run")) : [];
}
