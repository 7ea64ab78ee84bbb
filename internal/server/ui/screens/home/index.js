// The screen Runs, the home: what runs and waits, and the finished runs.

import { element, say } from "../../core/dom.js";
import { count } from "../../core/format.js";
import { notice } from "../../core/problem.js";
import { tick } from "../../core/store.js";
import { comparing } from "../compare/ticked.js";
import { awayNote } from "./away.js";
import { exampleCards } from "./examples.js";
import { openFeed } from "./feed.js";
import { filterBar } from "./filterbar.js";
import { addressOf, filtersOf, isFiltered } from "./filters.js";
import { nowSection } from "./now.js";
import { pager } from "./pager.js";
import { runRows } from "./rows.js";

/**
 * Draws the runs, and keeps them up to date.
 * @param {HTMLElement} root
 * @param {{ query: URLSearchParams, store: object, place: import("../../core/places.js").Place,
 *   ready: () => void, signal: AbortSignal }} context
 */
export async function screen(root, { query, store, place, ready, signal }) {
  document.title = "Runs – Aurea";
  const filters = filtersOf(query);
  const feed = openFeed({ ...filters }, signal, place.kept?.runs);
  const started = feed.start(); // the service reads the runs while the screen is made
  const problem = element("div", { class: "problem" });
  const attempt = async (work) => {
    try {
      problem.replaceChildren();
      await work();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(notice(error));
    }
  };

  const select = async (others) => {
    history.replaceState(history.state, "", addressOf(others));
    await attempt(() => feed.select(others));
    const { loaded, list } = store.state.listed;
    if (loaded) say(list.cursor ? `More than ${count(list.lines.length, "run")}.` : `${count(list.lines.length, "run")}.`);
  };
  const bar = filterBar(filters, select);
  const now = nowSection(bar.add);
  const rows = runRows({ tick, choose: bar.add, mark: (line, mark) => attempt(() => feed.mark(line, mark)) }, signal);
  const away = awayNote(() => attempt(feed.start));
  const pages = pager(() => feed.more(), signal);
  const compareBar = element("div", { class: "bar" });
  const none = element("p", { class: "none" });
  const card = element("section", { class: "card finished" }, bar.node, rows.node, none, pages.node);
  const examples = element("section", { class: "examples" });
  const floating = element("div", { class: "floating" }, problem, compareBar);
  const content = element("div", { class: "home" },
    element("header", { class: "headline" }, element("h1", {}, "Runs"),
      element("a", { class: "button primary small", href: "#/new" }, "New run")),
    away.node, now.node, card, examples, floating);
  root.append(content);

  function show({ list, active, loaded, away: why }) {
    const empty = loaded && list.lines.length === 0 && !list.cursor;
    const nothing = empty && active.length === 0 && !isFiltered(filters);
    away.show(why, loaded);
    now.show(active);
    card.hidden = !loaded || nothing || (empty && !isFiltered(filters));
    examples.hidden = !nothing;
    if (nothing && !examples.hasChildNodes()) examples.append(...exampleCards(signal));
    rows.node.hidden = list.lines.length === 0;
    none.hidden = !empty;
    none.textContent = "No finished run matches.";
    rows.show(list.lines);
    bar.offer([...active, ...list.lines.slice(0, 200)]);
    pages.show(list);
    if (loaded || why) ready();
  }
  signal.addEventListener("abort", () => { place.kept = { runs: feed.kept(), focused: rows.focused() }; });
  let wasOnline = true;
  let shown = null;
  let compared = null;
  store.watch(signal, ({ listed, ticked, online }) => {
    if (listed !== shown) show(listed);
    shown = listed;
    if (online && !wasOnline) attempt(feed.start);
    wasOnline = online;
    rows.showTicked(ticked);
    const ids = inOrder(listed.list.lines, ticked);
    if (ids.join() === compared) return; // what has the focus stays
    compared = ids.join();
    compareBar.hidden = ticked.size === 0;
    compareBar.replaceChildren(...comparing(ids, tick));
  });
  rows.focus(place.kept?.focused);
  await started;
}

// inOrder returns the ids of ticked runs, oldest first. Those that are not in the
// list are taken for older ones.
function inOrder(lines, ticked) {
  const places = new Map(lines.map(({ id }, i) => [id, i]));
  const place = (id) => places.get(id) ?? Infinity;
  return [...ticked].sort((a, b) => (place(a) === place(b) ? (a < b ? -1 : 1) : place(b) - place(a)));
}
