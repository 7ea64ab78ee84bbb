// The screen of a run: #/runs/ID. It has one layout for a run that is queued,
// that runs, and that has finished.

import { element, frameDrawn, say } from "../../core/dom.js";
import { loadService } from "../../core/service.js";
import { titleOf } from "../../core/words.js";
import { charts } from "./charts.js";
import { controls } from "./controls.js";
import { doubts } from "./doubts.js";
import { errors } from "./errors.js";
import { failing } from "./failing.js";
import { figures } from "./figures.js";
import { head } from "./head.js";
import { judged } from "./judged.js";
import { links } from "./links.js";
import { loadOthers, watchRun } from "./load.js";
import { scenarios } from "./scenarios.js";
import { sentenceOf } from "./sentence.js";
import { tabs } from "./tabs.js";
import { after, isLive, phaseOf } from "./view.js";
import { workers } from "./workers.js";

const minute = 60_000; // ms

/**
 * Draws the run of the address, and follows it until it has finished.
 * @param {HTMLElement} root
 * @param {{ params: { id: string }, query: URLSearchParams, store: object, ready: () => void,
 *   signal: AbortSignal }} context
 */
export async function screen(root, { params: { id }, query, store, ready, signal }) {
  document.title = "Run – Aurea";
  const updates = watchRun(id, signal);
  const first = updates.next(); // the service reads the run while the screen is made
  const change = (next) => store.update((state) => {
    state.shown = next(state.shown?.id === id ? state.shown : null);
  });
  const changed = (data) => change((view) => after(view, { event: "status", data }));
  const top = head();
  const steering = controls({ changed, signal, gone: top.focus });
  const ways = links();
  const details = tabs({ chosen: query.get("tab") ?? "", changed, signal });
  top.tools.append(steering.node);
  top.node.append(ways.node);
  const beside = [judged(), errors()];
  const [numbers, doubt, loads, course] = [figures(), doubts(), scenarios(), charts()];
  const [parts, fleet] = [failing(), workers()];
  const all = [top, steering, ways, numbers, doubt, loads, course, ...beside, parts, fleet, details];
  const article = element("article", { class: "run" }, top.node, numbers.node, doubt.node, loads.node,
    course.node,
    element("div", { class: "beside" }, ...beside.map(({ node }) => node)), parts.node, fleet.node, details.node);
  let before = null;
  let known = null; // what the service says of itself
  store.watch(signal, ({ shown: view, service }) => {
    if (view?.id !== id || view === before && service === known) return;
    if (!before) root.append(article);
    for (const part of all) part.show(view, service);
    tell(view, before);
    if (!before) ready();
    [before, known] = [view, service];
  });
  const clock = setInterval(() => { if (before) top.show(before); }, minute); // its age
  signal.addEventListener("abort", () => clearInterval(clock));
  const { value, done } = await first;
  if (!done) change(value);
  for await (const next of updates) change(next);
  const { run, result } = store.state.shown;
  if (!result) return;
  await frameDrawn(); // only links need what follows
  if (signal.aborted) return;
  if (!store.state.service) loadService(signal).catch(() => {});
  if (!run.name) return;
  try {
    const others = await loadOthers(run, signal);
    change((view) => ({ ...view, others }));
  } catch { /* the other links do without it */ }
}

// tell names the run in the title of the page, and says important changes to
// screen readers.
function tell(view, before) {
  document.title = `${titleOf(view.run)} – Aurea`;
  if (!before || phaseOf(before) === phaseOf(view)) return;
  say(isLive(view) ? `The run is ${phaseOf(view)}.` : sentenceOf(view).text);
}
