// What the home says when the list cannot be brought up to date.

import { ConnectionError } from "../../core/api.js";
import { clockTime } from "../../core/dates.js";
import { element } from "../../core/dom.js";
import { notice } from "../../core/problem.js";

/**
 * Returns the place for it: { node, show }. again is called to look again. While
 * the service does not respond, the page says so itself.
 * @param {() => void} again
 */
export function awayNote(again) {
  const node = element("div", { class: "away", role: "status" });
  let shown = null;
  const show = (away, loaded) => {
    if (away === shown) return;
    shown = away;
    node.replaceChildren(...(away ? noteOf(away, loaded, again) : []));
  };
  return { node, show };
}

function noteOf({ since, error }, loaded, again) {
  const state = loaded ? `This is the list of ${clockTime(since)}.` : "Nothing is listed yet.";
  const old = element("p", { class: "hint" }, state);
  return error instanceof ConnectionError ? [old] : [notice(error, again), old];
}
