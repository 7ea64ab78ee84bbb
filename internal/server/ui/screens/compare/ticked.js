// What can be done with runs that are ticked: comparing two.

import { element } from "../../core/dom.js";
import { number } from "../../core/format.js";
import { addressOf } from "./sides.js";

/**
 * Returns the content of a bar below a list of runs.
 * @param {string[]} ids of the ticked runs, oldest first
 * @param {(id: string, ticked: boolean) => void} tick
 */
export function comparing(ids, tick) {
  const hint = (text) => element("span", { class: "hint" }, text);
  if (ids.length === 0) return [hint("Tick two to compare them")];
  const clear = element("button", { type: "button", class: "small" }, "Clear");
  clear.addEventListener("click", () => { for (const id of ids) tick(id, false); });
  if (ids.length === 1) return [hint("One is ticked; tick another to compare them"), clear];
  if (ids.length > 2) return [hint(`${number(ids.length)} are ticked; leave two`), clear];
  const [base, head] = ids;
  return [element("a", { class: "button primary small", href: addressOf({ base, head, threshold: "" }) },
    "Compare the two"), clear];
}
