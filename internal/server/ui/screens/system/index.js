// The screen System: what the service is, does, keeps and accepts.

import { clockTime } from "../../core/dates.js";
import { element } from "../../core/dom.js";
import { notice } from "../../core/problem.js";
import { cards } from "./cards.js";
import { loadState } from "./load.js";
import { workerCard } from "./workers.js";

const pause = 3000; // ms between two looks
const patience = 10_000; // ms for a response

/**
 * Draws the state of the service, and keeps it up to date.
 * @param {HTMLElement} root
 * @param {{ store: object, ready: () => void, signal: AbortSignal }} context
 */
export async function screen(root, { store, ready, signal }) {
  document.title = "System – Aurea";
  const stale = element("div", { class: "stale", role: "status" });
  const grid = element("div", { class: "grid" });
  const workers = workerCard();
  workers.node.hidden = true;
  root.append(element("div", { class: "system" }, element("h1", {}, "System"), stale, grid, workers.node));
  let shown = null;
  let timer;

  store.watch(signal, ({ system }) => {
    if (system === shown) return;
    shown = system;
    const focused = grid.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
    grid.replaceChildren(...cards(system));
    if (focused) focusLink(grid, focused);
    workers.show(system);
    workers.node.hidden = false;
    ready();
  });
  const look = async () => {
    clearTimeout(timer);
    try {
      await loadState(AbortSignal.any([signal, AbortSignal.timeout(patience)]));
      stale.replaceChildren();
    } catch (error) {
      if (signal.aborted) return;
      if (stale.childElementCount === 0) stale.append(...staleNote(error, shown?.at, look));
      ready();
      if (error.status < 500) return; // it does not end by itself
    }
    timer = setTimeout(() => { if (!document.hidden) look(); }, pause);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  await look();
}

function staleNote(error, at, again) {
  const old = at ? [element("p", { class: "hint" }, `This is the state of ${clockTime(at)}.`)] : [];
  return error.name === "TimeoutError" ? old : [notice(error, again), ...old];
}

function focusLink(root, href) {
  const link = root.querySelector(`a[href="${CSS.escape(href)}"]`);
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
}
