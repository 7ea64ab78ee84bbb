// The table of a trend's runs, newest first. Two can be ticked.

import { element, exact, unseen } from "../../core/dom.js";
import { duration, number, percent } from "../../core/format.js";
import { labelOf } from "../compare/metric.js";
import { comparing } from "../compare/ticked.js";
import { markOf } from "./history.js";
import { moment, sizeOf } from "./words.js";

/**
 * Returns the table of the runs with its bar, which compares two ticked ones:
 * { node, show }. show marks those that are ticked; tick is called with the id of
 * a run and whether it is.
 * @param {import("./history.js").Run[]} history
 * @param {{ place: number, changes: object[] }[]} groups of changes
 * @param {(id: string, ticked: boolean) => void} tick
 */
export function runsTable(history, groups, tick) {
  const boxes = new Map();
  const rows = history.map((run, i) => row(run, groups.find(({ place }) => place === i), boxes)).reverse();
  for (const [id, box] of boxes) box.addEventListener("change", () => tick(id, box.checked));
  const bar = element("div", { class: "bar" });
  const header = [[unseen("Compare"), "tick"], ["Run", ""], [unseen("State"), "state"], ["p99", "number"],
    ["p50", "number p50"], ["Throughput", "number"], ["Errors", "number"], [unseen("Labels"), "about"]];
  const table = element("table", { class: "history" },
    element("thead", {}, element("tr", {}, ...header.map(([text, name]) =>
      element("th", { scope: "col", ...(name && { class: name }) }, text)))),
    element("tbody", {}, ...rows));
  const node = element("section", { class: "card" }, element("div", { class: "headline" }, element("h2", {}, "Runs"), bar),
    element("div", { class: "wide", role: "region", "aria-label": "Runs", tabindex: "0" }, table));
  const show = (ticked) => {
    for (const [id, box] of boxes) box.checked = ticked.has(id);
    bar.replaceChildren(...comparing(history.map(({ id }) => id).filter((id) => ticked.has(id)), tick));
  };
  return { node, show };
}

// star marks the baseline.
function star() {
  return element("span", { class: "star", role: "img", "aria-label": "baseline", title: "baseline" }, "★");
}

function row(run, group, boxes) {
  const mark = markOf(run);
  const when = moment(run.at);
  const box = element("input", { type: "checkbox", "aria-label": `Compare the run of ${when}` });
  if (run.usable) boxes.set(run.id, box);
  const { p99, p50, throughput, error_rate: errors } = run.values;
  const numeric = (term, value, write) => element("td", { class: `number ${term}`, "data-term": term },
    value === null ? "–" : exact(value, write(value)));
  return element("tr", { class: run.usable ? "" : "left-out" },
    element("td", { class: "tick" }, ...(run.usable ? [box] : [])),
    element("th", { scope: "row" }, element("a", { href: `#/runs/${encodeURIComponent(run.id)}` }, when),
      ...(run.baseline ? [" ", star()] : [])),
    element("td", { class: "state" }, ...stateOf(run, mark), ...changed(group)),
    numeric("p99", p99, duration), numeric("p50", p50, duration),
    numeric("ok", throughput, (value) => `${number(value)}/s`), numeric("errors", errors, percent),
    element("td", { class: "about" }, ...Object.entries(run.labels).map(([key, value]) =>
      element("span", { class: "label" }, element("bdi", {}, `${key}=${value}`)))));
}

function stateOf(run, mark) {
  if (!run.usable) return [element("span", { class: "badge" }, mark.text)];
  const badges = [];
  if (run.verdict === "fail") badges.push(element("span", { class: "badge bad", title: mark.text }, "fail"));
  if (run.verdict === "pass") badges.push(element("span", { class: "badge good" }, "pass"));
  if (run.validity === "degraded") {
    badges.push(element("span", { class: "badge doubtful", title: run.reasons.map(({ message }) => message).join("; ") }, "degraded"));
  }
  return badges;
}

// changed says what changed with a run.
const changed = (group) => (group ? [element("span", { class: "changed" }, ...group.changes.map((change) =>
  element("span", { class: change.verdict === "worse" ? "bad" : "good" }, `${labelOf(change.metric)} ${sizeOf(change)}`)))] : []);
