// A row of the list of finished runs.

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
 * Returns the row of a run: { node, tick, update, age }. tick is its checkbox;
 * update shows a new line, of which only the mark is changed in place.
 * @param {Line} first
 * @param {Actions} actions
 */
export function runRow(first, actions) {
  let line = first;
  const tick = element("input", { type: "checkbox", "aria-label": `Compare ${plain(line.title)}` });
  tick.addEventListener("change", () => actions.tick(line.id, tick.checked));
  const star = element("button", { type: "button", class: "star" });
  star.addEventListener("click", () => actions.mark(line, !line.baseline));
  const showMark = () => {
    const words = line.baseline ? "The baseline of its name; click to unmark it" : "Make it the baseline of its name";
    star.textContent = line.baseline ? "★" : "☆";
    star.setAttribute("aria-pressed", String(line.baseline));
    star.setAttribute("aria-label", `Baseline: ${plain(line.title)}`);
    star.title = words;
    star.hidden = !line.baseline && (line.name === "" || !line.result);
  };
  const when = element("time", { datetime: line.created, title: new Date(line.created).toLocaleString() });
  const node = element("tr", { role: "row" });
  const draw = () => node.replaceChildren(...cells(line, { tick, star, when }, actions));
  const row = {
    node, tick,
    update(next) {
      const changed = textOf(next) !== textOf(line);
      line = next;
      showMark();
      if (changed) draw();
    },
    age(now) {
      const text = ago(line.created, now);
      if (when.textContent !== text) when.textContent = text;
    },
  };
  draw();
  showMark();
  row.age(Date.now());
  return row;
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
