// Tables of the screen.

import { element, exact } from "../../core/dom.js";
import { duration, number } from "../../core/format.js";

/**
 * Returns a table within a part of the page that can be scrolled.
 * @param {string} name what the table shows, for screen readers
 * @param {string[]} header the names of its columns
 * @param {Node[]} rows
 * @param {string} style classes of the table
 */
export const tableOf = (name, header, rows, style = "numbers") =>
  element("div", { class: "wide", role: "region", "aria-label": name, tabindex: "0" },
    element("table", { class: style },
      element("thead", {}, element("tr", {}, ...header.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows)));

/** A number that is shown rounded; a dash without one. */
export const amount = (value) => (value === undefined || value === null ? "–" : exact(value, number(value)));

/** Members of a summary as times; dashes where it is empty or has no such member. */
export const times = (summary, names) =>
  names.map((name) => {
    const known = summary.count > 0 && summary[name] !== undefined;
    return known ? exact(summary[name], duration(summary[name])) : "–";
  });
