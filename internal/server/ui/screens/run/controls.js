// The controls of a live run: pause, resume, a new load, stop.

import { element } from "../../core/dom.js";
import { explain } from "../../core/problem.js";
import { control } from "./load.js";
import { loadForm } from "./loadform.js";
import { hasScenarios, isLive, phaseOf } from "./view.js";

/**
 * Returns the controls: { node, show }. changed gets the run, as JSON, after a
 * control has been applied; gone is called when controls that had the focus are
 * hidden.
 * @param {{ changed: (text: string) => void, gone: () => void, signal: AbortSignal }} actions
 */
export function controls(actions) {
  const node = element("div", { class: "controls", role: "group", "aria-label": "Controls", hidden: "" });
  let show = null; // made for a live run: most runs have finished
  return {
    node,
    show(view) {
      if (isLive(view)) show ??= fill(node, actions);
      show?.(view);
    },
  };
}

// fill makes the controls in their node, and returns show.
function fill(node, { changed, gone, signal }) {
  const button = (text, style, act) => {
    const made = element("button", { type: "button", class: `small ${style}` }, text);
    made.addEventListener("click", () => act());
    return made;
  };
  let view = null;
  const problem = element("p", { class: "error", role: "alert" });
  const send = async (one, body) => {
    problem.textContent = "";
    try {
      changed(await control(view.id, one, body, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (error.errors?.length > 0) throw error; // of fields, which show them
      const { title, detail } = explain(error);
      problem.textContent = `${title}: ${detail}`;
    }
  };
  const pause = button("Pause", "", () => send(phaseOf(view) === "paused" ? "resume" : "pause"));
  const form = loadForm((body) => send("load", body));
  const change = button("Change load", "", () => form.open(view));
  const stop = button("Stop", "danger", () => send("cancel"));
  change.setAttribute("aria-expanded", "false");
  form.onToggle = (open) => change.setAttribute("aria-expanded", String(open));
  node.append(element("div", { class: "actions" }, pause, change, stop), form.node, problem);
  return (next) => {
    view = next;
    const live = isLive(view);
    const focused = node.contains(document.activeElement);
    node.hidden = !live;
    if (focused && !live) gone();
    const steers = live && !hasScenarios(view) && ["warm-up", "running", "paused", "draining"].includes(phaseOf(view));
    pause.hidden = change.hidden = !steers;
    pause.textContent = phaseOf(view) === "paused" ? "Resume" : "Pause";
    if (!steers) form.close();
  };
}
