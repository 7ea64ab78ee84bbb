// What rows of runs have in common: the cell that says which run it is.

import { element } from "../../core/dom.js";
import { plain } from "../../core/format.js";

// most are the labels that a row shows.
const most = 6;

/**
 * Returns the link to a run and its labels. Each label is a button that is
 * called with it, as key:value.
 * @param {import("./line.js").Line} line
 * @param {(label: string) => void} choose
 */
export function whichRun({ id, title, name, labels, kind }, choose) {
  const more = labels.length - most;
  const href = `#/runs/${encodeURIComponent(id)}`;
  return [
    element("a", { href, title: plain(title), ...(name ? {} : { class: "unnamed" }) }, element("bdi", {}, title)),
    ...(name ? [element("span", { class: "kind" }, kind)] : []),
    ...labels.slice(0, most).map((label) => labelButton(label, choose)),
    ...(more > 0 ? [element("span", { class: "kind" }, `+${more}`)] : []),
  ];
}

function labelButton([key, value], choose) {
  const text = `${key}=${value}`;
  const button = element("button", { type: "button", class: "label", title: `Only runs with ${plain(text)}` },
    element("bdi", {}, text));
  button.addEventListener("click", () => choose(`${key}:${value}`));
  return button;
}

// inCell returns a cell of a table that is laid out as a grid.
export const inCell = (name, ...content) => element("td", { role: "cell", class: name }, ...content);
