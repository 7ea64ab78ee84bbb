// The screen of a comparison: #/compare?base=ID,ID&head=ID.

import { element } from "../../core/dom.js";
import { capital, count, number, sentence } from "../../core/format.js";
import { notice } from "../../core/problem.js";
import { comparisonCharts } from "./charts.js";
import { foundRuns, unlikeTable, warningList } from "./differs.js";
import { sidesForm } from "./form.js";
import { loadComparison, loadSides } from "./load.js";
import { metricsTable, withinTable } from "./metrics.js";
import { addressOf, messagesOf, queryOf, sidesOf, swapped } from "./sides.js";
import { limitOf, verdictOf } from "./verdict.js";

/**
 * Draws the comparison that the address asks for.
 * @param {HTMLElement} root
 * @param {{ query: URLSearchParams, store: object, ready: () => void, signal: AbortSignal }} context
 */
export async function screen(root, { query, store, ready, signal }) {
  document.title = "Compare – Aurea";
  const sides = sidesOf(query);
  const outcome = element("div", { class: "outcome" });
  const charts = element("section", { class: "card" });
  let shown = null; // of these sides, in the store
  const fields = sidesForm(sides, {
    signal,
    use: (chosen) => go(chosen, load),
    swap: () => go(swapped(sides, shown?.comparison.base.ids), load),
  });
  root.append(element("div", { class: "compare" }, element("h1", {}, "Compare"), fields.form, outcome));
  store.watch(signal, ({ compared }) => {
    if (compared?.query !== queryOf(sides) || compared === shown) return;
    if (compared.comparison !== shown?.comparison) showComparison(compared.comparison, { outcome, charts, fields });
    if (compared.sides) showSides(compared, charts, fields);
    shown = compared;
    ready();
  });

  async function load() {
    fields.tell({});
    if (!sides.base && !sides.head) {
      outcome.replaceChildren(introduction());
      ready();
      return;
    }
    try {
      await loadComparison(sides, signal);
    } catch (error) {
      if (signal.aborted) return;
      ready(); // the focus moves to a field with an error
      outcome.replaceChildren(...refused(error, fields, load));
      return;
    }
    await loadCharts();
  }

  async function loadCharts() {
    try {
      await loadSides(signal);
    } catch (error) {
      if (!signal.aborted) charts.replaceChildren(notice(error, loadCharts));
    }
  }
  await load();
}

// showComparison shows what the service says, without what needs the runs.
function showComparison(c, { outcome, charts, fields }) {
  charts.replaceChildren(element("p", { class: "hint" }, "Loading the runs…"));
  outcome.replaceChildren(verdictCard(c), metricsCard(c), ...singleCard(c), charts, ...differCard(c));
  for (const side of ["base", "head"]) fields.describe(side, ...foundRuns(c[side].ids, []));
}

// showSides shows some runs of each side.
function showSides({ comparison, sides: { base, head } }, place, fields) {
  fields.describe("base", ...foundRuns(comparison.base.ids, base.runs));
  fields.describe("head", ...foundRuns(comparison.head.ids, head.runs));
  const plots = comparisonCharts(base, head);
  if (plots.length === 0) {
    place.remove();
    return;
  }
  place.replaceChildren(element("h2", {}, "Both sides"), element("p", { class: "hint" }, drawnOf(base, head)),
    element("div", { class: "plots" }, ...plots));
}

// go leads to the address of sides. The address that is already there leads
// nowhere, so it is shown again.
function go(sides, again) {
  const address = addressOf(sides);
  if (address === location.hash) again();
  else location.hash = address;
}

// refused shows the messages of an error at the sides that caused them, and
// returns what belongs to neither.
function refused(error, fields, again) {
  if (error.errors === undefined || error.status === 401) return [notice(error, again)];
  const messages = messagesOf(error);
  fields.tell(messages);
  const told = messages.base.length + messages.head.length + messages.threshold.length > 0;
  return told && messages[""].length === 0 ? [] : [notice(error, again)];
}

const introduction = () => element("section", { class: "card" }, element("h2", {}, "Is the new one slower?"),
  element("p", {}, "Choose the runs of two sides. Two runs of the same version differ too, so take several of each: " +
    "4 find a large difference, 10 most of those that matter. Runs that alternate are disturbed alike."));

function verdictCard(c) {
  const { mood, word, sentence: said, interval, ending, notes } = verdictOf(c);
  document.title = `${word}: ${said} – Aurea`;
  const text = capital(said);
  return element("section", { class: `card judgement ${mood}`, role: "status" },
    element("h2", {}, element("span", { class: `badge ${mood}` }, word), " ",
      element("span", { class: "sentence" }, text, ...(interval ? [element("span", { class: "interval" }, ` (${interval})`)] : []),
        `${ending}.`)),
    ...(notes.length ? [element("dl", { class: "notes" }, ...notes.map(([term, what]) =>
      element("div", {}, element("dt", {}, term), element("dd", {}, what))))] : []),
    ...[warningList(c)].filter(Boolean));
}

function metricsCard(c) {
  return element("section", { class: "card" }, element("h2", {}, "Metrics"), metricsTable(c),
    element("p", { class: "hint" }, `Medians of the runs. Intervals hold the true value with ${Math.round(100 * c.confidence)}\u00a0% ` +
      `confidence. The shaded middle is what does not matter: ${limitOf(c)}, and 0.1 points of errors. ` +
      "~: no evidence of a difference, nor that there is none."),
    ...c.warnings.filter(({ code }) => code === "few_jobs").map(({ message }) => element("p", { class: "hint" }, sentence(message))));
}

// singleCard shows the weaker evidence that two single runs give.
function singleCard(c) {
  const table = withinTable(c);
  if (!table) return [];
  return [element("section", { class: "card weak" },
    element("h2", {}, "Within these two runs ", element("span", { class: "badge doubtful" }, "weak evidence")),
    element("p", { class: "hint" }, "How the two differ by their course. It does not know how much two runs of the same " +
      "version differ, and has no influence on the verdict."), table)];
}

function differCard(c) {
  const table = unlikeTable(c);
  if (!table && c.base.runs + c.head.runs === 0) return [];
  return [element("section", { class: "card" }, element("h2", {}, "What differs beside the numbers"),
    table ?? element("p", { class: "hint" }, "Nothing: spec, machine, version, workers and seeds are alike."))];
}

// drawnOf says which runs the charts are of.
function drawnOf(base, head) {
  const several = base.runs.length > 1 || head.runs.length > 1;
  const some = ({ runs, of }) => `${runs.length < of ? `${number(runs.length)} of ` : ""}${count(of, "run")}`;
  return `${capital(some(base))} of base, ${some(head)} of head` +
    (several ? "; lines are medians, areas the range of the runs, and percentiles are of all their jobs." : ".");
}
