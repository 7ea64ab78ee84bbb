// The list of finished runs. Its rows are laid out when they come into sight, so
// that it may have thousands.

import { element } from "../../core/dom.js";
import { columns, runRow } from "./row.js";

const pace = 10_000; // ms between two writings of the ages

/**
 * Returns the list: { node, show, showTicked }.
 * @param {import("./row.js").Actions} actions
 * @param {AbortSignal} signal
 */
export function runRows(actions, signal) {
  const body = element("tbody", { role: "rowgroup" });
  const header = columns.map(([text, name]) => element("th", { role: "columnheader", scope: "col", class: name },
    ["tick", "mark", "drawn"].includes(name) ? element("span", { class: "unseen" }, text) : text));
  const node = element("table", { role: "table", class: "runs", "aria-label": "Finished runs" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...header)), body);
  const rows = new Map();
  let shown = [];
  let marked = new Set();

  const timer = setInterval(() => {
    const now = Date.now();
    for (const row of rows.values()) row.age(now);
  }, pace);
  signal.addEventListener("abort", () => clearInterval(timer));
  body.addEventListener("keydown", move);

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
      }
      let place = body.firstChild;
      for (const line of lines) {
        let row = rows.get(line.id);
        if (row) {
          row.update(line);
        } else {
          rows.set(line.id, row = runRow(line, actions));
          row.tick.checked = marked.has(line.id);
        }
        if (row.node === place) place = place.nextSibling;
        else body.insertBefore(row.node, place);
      }
    },

    // showTicked ticks the runs with the ids.
    showTicked(ids) {
      for (const id of new Set([...marked, ...ids])) {
        const row = rows.get(id);
        if (row) row.tick.checked = ids.has(id);
      }
      marked = new Set(ids);
    },
  };
}

// move moves the focus to the same control of the next row or the one before.
function move(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const cell = event.target.closest("td, th");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const name = cell.classList[0] === "number" ? "which" : cell.classList[0];
  for (let row = cell.parentElement[step]; row; row = row[step]) {
    const control = row.querySelector(`.${name} :is(a, input, button):not([hidden])`);
    if (!control) continue;
    event.preventDefault();
    control.focus();
    return;
  }
}
