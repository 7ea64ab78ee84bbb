// The screen of a trend: #/names/NAME.

import { element } from "../../core/dom.js";
import { count, sentence } from "../../core/format.js";
import { isFinished } from "../../core/follow.js";
import { tick } from "../../core/store.js";
import { labelOf } from "../compare/metric.js";
import { addressOf } from "../compare/sides.js";
import { trendCharts } from "./charts.js";
import { changesByRun, historyOf, sidesOfChange } from "./history.js";
import { loadTrend, newestOf } from "./load.js";
import { runsTable } from "./table.js";
import { chance, dayWriter, moment, sizeOf, steps, together, trendVerdict } from "./words.js";

const pause = 10_000; // ms between two looks for new runs

/**
 * Draws the trend of the name in the address, and keeps it up to date.
 * @param {HTMLElement} root
 * @param {{ params: { name: string }, query: URLSearchParams, store: object, ready: () => void,
 *   signal: AbortSignal }} context
 */
export async function screen(root, { params: { name }, query, store, ready, signal }) {
  document.title = `${name} – Aurea`;
  const labels = query.getAll("label");
  const content = element("div", { class: "trend" });
  root.append(content);
  const refresh = () => loadTrend(name, labels, signal);
  let drawn = null;
  let mark = (_ticked) => {};
  store.watch(signal, ({ trend, ticked }) => {
    if (trend?.name !== name || trend.labels.join() !== labels.join()) return;
    if (trend !== drawn) mark = draw(content, trend);
    drawn = trend;
    mark(ticked);
    ready();
  });
  await refresh();
  watchNames(name, signal, refresh);
}

// watchNames calls refresh when a run of the name has begun or ended, as long as
// the page is in sight.
function watchNames(name, signal, refresh) {
  let seen = null;
  const look = async () => {
    if (document.hidden) return;
    try {
      const now = await newestOf(name, signal);
      if (seen !== null && now !== seen) await refresh();
      seen = now;
    } catch { /* the next look may succeed */ }
  };
  const timer = setInterval(look, pause);
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", () => clearInterval(timer));
  look();
}

// draw shows the runs and returns a function that marks those that are ticked.
function draw(content, { name, labels, runs, trend }) {
  const history = historyOf(runs, trend);
  const groups = changesByRun(history, trend);
  const day = dayWriter(history.map(({ at }) => at));
  const open = (place) => { location.hash = `#/runs/${encodeURIComponent(history[place].id)}`; };
  const table = runsTable(history, groups, tick);
  content.replaceChildren(heading(name, labels, runs, history),
    ...(history.length === 0 ? [nothing(runs)] : [
      verdictCard(trend, groups, history, day),
      element("section", { class: "card" }, element("div", { class: "plots" }, ...trendCharts(history, trend, { open, day }))),
      table.node,
    ]));
  return table.show;
}

function heading(name, labels, runs, history) {
  const active = runs.filter(({ status }) => !isFinished(status));
  const [first, last] = [history[0], history.at(-1)].map((run) => run && moment(run.at));
  const times = history.length > 1 ? ` from ${first} to ${last}` : first ? `, ${first}` : "";
  return element("header", {}, element("h1", {}, element("bdi", {}, name)),
    element("p", { class: "hint" }, `${count(history.length, "run")}${times}`,
      ...labels.flatMap((label) => [", labelled ", element("bdi", {}, label)]),
      ...active.flatMap(({ id, status }) => ["; ", element("a", { href: `#/runs/${encodeURIComponent(id)}` }, `one is ${status}`)])));
}

const nothing = (runs) => element("section", { class: "card" }, element("p", {},
  runs.length ? "No run of this name has a result yet." : "There is no run of this name. ", element("a", { href: "#/" }, "All runs")));

function verdictCard(trend, groups, history, day) {
  const { mood, word, sentence: said } = trendVerdict(trend, groups, day);
  const places = groups.map(({ place }) => place).sort((a, b) => a - b);
  const leftOut = history.filter(({ usable }) => !usable).length;
  return element("section", { class: `card judgement ${mood}`, role: "status" },
    element("h2", {}, element("span", { class: `badge ${mood}` }, word), " ", element("span", { class: "sentence" }, sentence(said))),
    ...(groups.length ? [element("ol", { class: "changes" }, ...groups.map((group) =>
      changeItem(group, sidesOfChange(history, places, group.place), trend.warnings)))] : []),
    ...(leftOut ? [element("p", { class: "hint" }, `${count(leftOut, "run")} did not complete or ${leftOut === 1 ? "is" : "are"} invalid: ` +
      "shown, and left out of the search for changes.")] : []));
}

function changeItem({ run, at, changes }, { base, head }, warnings) {
  const because = together(warnings, run);
  return element("li", {},
    element("p", {}, element("a", { href: `#/runs/${encodeURIComponent(run)}` }, moment(at)), " ",
      element("a", { class: "aside", href: addressOf({ base: base.join(","), head: head.join(","), threshold: "" }) },
        `Compare the ${head.length} since with the ${base.length} before`)),
    element("ul", {}, ...changes.map((change) => element("li", {},
      element("span", { class: "what" }, labelOf(change.metric)), " ",
      element("b", { class: change.verdict === "worse" ? "bad" : "good" }, sizeOf(change)), " ",
      element("span", {}, steps(change)), " ", element("span", { class: "hint" }, chance(change.p))))),
    ...because.map((text) => element("p", { class: "because" }, sentence(text))));
}
