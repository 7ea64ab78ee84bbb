// A list of rows that the user adds and removes: of stages, of thresholds, of the
// entries of a parameter.

import { element } from "../../core/dom.js";

/**
 * @typedef {object} Row
 * @property {HTMLElement} node
 * @property {HTMLElement} first the control that has the focus at first
 * @property {HTMLButtonElement} remove
 */

/** Returns a small button. more are further classes. */
export const smallButton = (text, more = "") => element("button", { type: "button", class: `small ${more}` }, text);

/**
 * Returns the list: { list, adding, rows, set }. adding is the button that adds a
 * row.
 * @template {Row} R
 * @template Values
 * @param {object} kind
 * @param {string} kind.name the classes of the list
 * @param {string} kind.add the text of the button
 * @param {(values: Values) => R} kind.make makes a row
 * @param {(rows: R[]) => Values} kind.propose returns the values of a new row
 * @param {(rows: R[]) => void} kind.number names the rows by their places; it is called after each change
 */
export function rowList({ name, add: text, make, propose, number }) {
  /** @type {R[]} */
  let rows = [];
  const list = element("ol", { class: name });
  const adding = smallButton(text);
  const changed = () => list.dispatchEvent(new Event("input", { bubbles: true }));

  /** @param {Values} values */
  function add(values) {
    const row = make(values);
    row.remove.addEventListener("click", () => remove(row));
    rows.push(row);
    list.append(row.node);
    number(rows);
    return row;
  }

  /** @param {R} row */
  function remove(row) {
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    rows = rows.filter((other) => other !== row);
    row.node.remove();
    number(rows);
    (next && !next.remove.hidden ? next.remove : adding).focus();
    changed();
  }

  adding.addEventListener("click", () => {
    add(propose(rows)).first.focus();
    changed();
  });
  return {
    list, adding,
    rows: () => rows,
    /** @param {Values[]} all */
    set(all) {
      for (const { node } of rows) node.remove();
      rows = [];
      for (const values of all) add(values);
      number(rows);
    },
  };
}
