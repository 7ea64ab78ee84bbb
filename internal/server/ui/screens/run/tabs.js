// The tabs below a run. A tab is filled when it is chosen; the address keeps
// which one that is.

import { element, freshId } from "../../core/dom.js";
import { drawn } from "./drawn.js";
import { jobsTab } from "./jobs.js";
import { latencyTab } from "./latency.js";
import { machineTab } from "./machine.js";
import { notesTab } from "./notes.js";
import { partsTab } from "./parts.js";
import { requestsTab } from "./requests.js";
import { specTab } from "./spec.js";

/**
 * Returns the tabs: { node, show }. Each tab is { key, name, value, draw }: draw
 * fills its panel with what value returns of the view, when that changes. A tab
 * with part instead makes its own { node, show }.
 * @param {{ chosen: string, changed: (text: string) => void, signal: AbortSignal }} context
 */
export function tabs(context) {
  const all = [latencyTab, partsTab, machineTab, specTab, requestsTab, jobsTab, notesTab].map((tab) => withNodes(tab, context));
  let current = all.find(({ key }) => key === context.chosen) ?? all[0];
  let view = null;

  const draw = () => current.show(current.value(view));

  function choose(tab, focus) {
    current = tab;
    for (const one of all) {
      const chosen = one === current;
      one.button.setAttribute("aria-selected", String(chosen));
      one.button.tabIndex = chosen ? 0 : -1;
      one.panel.hidden = !chosen;
    }
    if (view) draw();
    if (focus) current.button.focus();
  }

  for (const [i, tab] of all.entries()) {
    tab.button.addEventListener("click", () => {
      choose(tab, false);
      remember(tab.key);
    });
    tab.button.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (!step) return;
      choose(all[(i + step + all.length) % all.length], true);
      remember(current.key);
    });
  }
  choose(current, false);
  return {
    node: element("section", { class: "card", "aria-label": "Details" },
      element("div", { class: "tabs", role: "tablist", "aria-label": "Details" }, ...all.map(({ button }) => button)),
      ...all.map(({ panel }) => panel)),
    show(next) {
      const first = view === null;
      view = next;
      if (first) requestAnimationFrame(draw); // what is above the details is seen before
      else draw();
    },
  };
}

function withNodes(tab, context) {
  const id = freshId();
  const button = element("button", { type: "button", role: "tab", id: `${id}-tab`, "aria-controls": id }, tab.name);
  const panel = element("div", { id, role: "tabpanel", "aria-labelledby": `${id}-tab`, "data-tab": tab.key });
  const { node, show } = tab.part?.(context) ?? drawnPart(tab, context);
  panel.append(node);
  return { ...tab, button, panel, show };
}

function drawnPart({ draw }, context) {
  const node = element("div", {});
  return { node, show: drawn(node, (value) => draw(value, context)) };
}

// remember keeps the tab in the address, without a new place in the history.
function remember(key) {
  history.replaceState(history.state, "", `${location.hash.split("?")[0]}?tab=${key}`);
}
