// A row of the list of finished runs.

import { dateTime } from "../../core/dates.js";
import { element, exact } from "../../core/dom.js";
import { duration, number, percent, plain } from "../../core/format.js";
import { ago } from "./ago.js";
import { inCell, whichRun } from "./cells.js";
import { wordsOf } from "./line.js";
import { sparkline } from "./sparkline.js";

/** @typedef {import("./line.js").Line} Line */

/**
 * @typedef {object} Actions
 * @property {(id: string, ticked: boolean) => void} tick
 * @property {(line: Line, baseline: boolean) => void} mark
 * @property {(label: string) => void} choose
 */

// columns are the header of the list: [text, class of the cells].
export const columns = [
  ["Compare", "tick"], ["Baseline", "mark"], ["Run", "which"], ["State", "state"], ["Jobs/s", "number rate"],
  ["p50", "number p50"], ["p99", "number p99"], ["Errors", "number errors"], ["Over time", "drawn"],
  ["Duration", "number lasted"], ["Age", "number age"],
];

/**
 * Returns the row of a run: { node, place, make, empty, check, update, age }. It
 * is empty until make is called, and after empty. check ticks it or not; update
 * shows a new line, of which only the mark is changed in place.
 * @param {Line} line
 * @param {Actions} actions
 * @param {boolean} ticked
 */
export function runRow(line, actions, ticked) {
  const node = element("tr", { role: "row" });
  /** @type {ReturnType<typeof controlsOf> | undefined} */
  let controls;
  const draw = () => node.replaceChildren(...cells(line, controls, actions));
  const row = {
    node,
    place: 0, // in the list
    make() {
      if (controls) return;
      controls = controlsOf(() => line, actions);
      controls.tick.checked = ticked;
      draw();
      showMark(controls.star, line);
      row.age(Date.now());
    },
    empty() {
      controls = undefined;
      node.replaceChildren();
    },
    check(now) {
      ticked = now;
      if (controls) controls.tick.checked = now;
    },
    update(next) {
      if (next === line) return;
      const changed = controls && textOf(next) !== textOf(line);
      line = next;
      if (controls) showMark(controls.star, line);
      if (changed) draw();
    },
    age(now) {
      const text = ago(line.created, now);
      if (controls && controls.when.textContent !== text) controls.when.textContent = text;
    },
  };
  return row;
}

// controlsOf returns the elements of a row that stay when it is drawn again.
function controlsOf(line, actions) {
  const { title, created } = line();
  const tick = element("input", { type: "checkbox", "aria-label": `Compare ${plain(title)}` });
  tick.addEventListener("change", () => actions.tick(line().id, tick.checked));
  const star = element("button", { type: "button", class: "star" });
  star.addEventListener("click", () => actions.mark(line(), !line().baseline));
  const when = element("time", { datetime: created, title: dateTime(created) });
  return { tick, star, when };
}

function showMark(star, { baseline, name, title, result }) {
  star.textContent = baseline ? "★" : "☆";
  star.setAttribute("aria-pressed", String(baseline));
  star.setAttribute("aria-label", `Baseline: ${plain(title)}`);
  star.title = baseline ? "The baseline of its name; click to unmark it" : "Make it the baseline of its name";
  star.hidden = !baseline && (name === "" || !result);
}

// textOf returns a text that changes when a row has to be drawn again.
const textOf = (line) => JSON.stringify({ ...line, baseline: false });

function cells(line, { tick, star, when }, actions) {
  const { result, note } = line;
  return [
    inCell("tick", ...(result ? [tick] : [])),
    inCell("mark", star),
    element("th", { role: "rowheader", scope: "row", class: "which" }, ...whichRun(line, actions.choose),
      ...(note ? [element("span", { class: "note", title: plain(note) }, element("bdi", {}, note))] : [])),
    inCell("state", ...stateOf(line)),
    numeric("rate", result?.throughput, number),
    numeric("p50", result?.p50, duration),
    numeric("p99", result?.p99, duration),
    numeric(result?.errors > 0 ? "errors some" : "errors", result?.errors, percent),
    inCell("drawn", ...[sparkline(result?.sparkline ?? [])].filter(Boolean)),
    numeric("lasted", result?.duration, duration),
    inCell("number age", when),
  ];
}

// numeric returns the cell of a number. Its term is shown where there is no header.
function numeric(name, value, write) {
  const cell = inCell(`number ${name}`, value === null || value === undefined ? "–" : exact(value, write(value)));
  cell.dataset.term = name.split(" ")[0];
  return cell;
}

function stateOf(line) {
  const words = wordsOf(line);
  if (words.length === 0) return [element("span", { class: "quiet" }, line.status)];
  return words.map(({ text, mood, why }) =>
    element("span", { class: `badge ${mood}`, ...(why ? { title: plain(why) } : {}) }, text));
}
