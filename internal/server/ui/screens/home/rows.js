// The list of finished runs. Its rows are made when they come near to sight and
// emptied when they are far, so that it may have thousands.

import { element } from "../../core/dom.js";
import { columns, runRow } from "./row.js";

const pace = 10_000; // ms between two writings of the ages
const first = 40; // rows that are made at once, which fill a window
const near = 12; // rows beyond the edges of the window that are made
const far = 200; // rows beyond them from which they are emptied

/** @typedef {ReturnType<typeof runRow>} Row */

/**
 * Returns the list: { node, show, showTicked, focused, focus }.
 * @param {import("./row.js").Actions} actions
 * @param {AbortSignal} signal
 */
export function runRows(actions, signal) {
  const body = element("tbody", { role: "rowgroup" });
  const header = columns.map(([text, name]) => element("th", { role: "columnheader", scope: "col", class: name },
    ["tick", "mark", "drawn"].includes(name) ? element("span", { class: "unseen" }, text) : text));
  const node = element("table", { role: "table", class: "runs", "aria-label": "Finished runs" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...header)), body);
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @type {WeakMap<Element, Row>} */
  const byNode = new WeakMap();
  let shown = [];
  let marked = new Set();

  const timer = setInterval(() => {
    const now = Date.now();
    for (const row of rows.values()) row.age(now);
  }, pace);
  signal.addEventListener("abort", () => clearInterval(timer));

  /** @type {Set<Row>} */
  const made = new Set();
  // make gives a row its content, unless it has it.
  const make = (target) => {
    const row = byNode.get(target);
    row.make();
    made.add(row);
  };
  // settle makes the rows near to sight, and empties those far from it. All rows
  // have one height: to observe thousands of them would take longer.
  const settle = () => {
    frame = 0;
    const { top, height } = body.getBoundingClientRect();
    if (height === 0) return;
    const high = height / shown.length;
    const [from, to] = [Math.floor(-top / high), Math.ceil((window.innerHeight - top) / high)];
    for (const { id } of shown.slice(Math.max(from - near, 0), Math.max(to + near, 0))) make(rows.get(id).node);
    for (const row of made) {
      if (row.place > from - far && row.place < to + far || row.node.contains(document.activeElement)) continue;
      row.empty();
      made.delete(row);
    }
  };
  let frame = 0;
  const plan = () => { frame ||= requestAnimationFrame(settle); };
  for (const event of ["scroll", "resize"]) window.addEventListener(event, plan, { passive: true, signal });
  body.addEventListener("keydown", (event) => move(event, make));

  const newRow = (line, place) => {
    const row = runRow(line, actions, marked.has(line.id));
    rows.set(line.id, row);
    byNode.set(row.node, row);
    if (place < first) make(row.node);
    return row;
  };

  return {
    node,

    // show draws the lines. The rows that stay are not moved, so the focus stays.
    show(lines) {
      if (lines === shown) return;
      shown = lines;
      const stay = new Set(lines.map(({ id }) => id));
      for (const [id, row] of rows) {
        if (stay.has(id)) continue;
        row.node.remove();
        rows.delete(id);
        made.delete(row);
      }
      let next = body.firstChild;
      for (const [place, line] of lines.entries()) {
        const row = rows.get(line.id) ?? newRow(line, place);
        row.update(line);
        row.place = place;
        if (row.node === next) next = next.nextSibling;
        else body.insertBefore(row.node, next);
      }
      plan();
    },

    // showTicked ticks the runs with the ids.
    showTicked(ids) {
      for (const id of new Set([...marked, ...ids])) rows.get(id)?.check(ids.has(id));
      marked = new Set(ids);
    },

    // focused returns the id of the run whose row has the focus; undefined if none has.
    focused() {
      const focus = document.activeElement?.closest("tr");
      return shown.find(({ id }) => rows.get(id)?.node === focus)?.id;
    },

    // focus moves the focus to the link of a run, without scrolling.
    focus(id) {
      const row = rows.get(id);
      if (!row) return;
      make(row.node);
      row.node.querySelector("a").focus({ preventScroll: true });
    },
  };
}

// move moves the focus to the same control of the next row or the one before.
function move(event, make) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const cell = event.target.closest("td, th");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const name = cell.classList[0] === "number" ? "which" : cell.classList[0];
  for (let row = cell.parentElement[step]; row; row = row[step]) {
    make(row);
    const control = row.querySelector(`.${name} :is(a, input, button):not([hidden])`);
    if (!control) continue;
    event.preventDefault();
    control.focus();
    return;
  }
}
