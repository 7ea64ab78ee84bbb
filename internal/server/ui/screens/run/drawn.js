// Parts of the screen that are drawn again only when what they show changes.

import { element, keepPlace } from "../../core/dom.js";

/** A remark in the place of what there is not. */
export const remark = (text) => element("p", { class: "hint" }, text);

/**
 * A remark in the place of what only a result has.
 * @param {boolean} live whether the run may still have a result
 * @param {string} what will be there
 */
export const awaited = (live, what) =>
  remark(live ? `${what} when the run has ended with a result.` : "The run ended without a result.");

/**
 * Returns show(value), which fills a node with what draw returns for the value,
 * unless that is the value of before. A node without content is hidden.
 * @param {HTMLElement} node
 * @param {(value: any) => (Node | string)[]} draw
 */
export function drawn(node, draw) {
  let shown;
  return (value) => {
    const key = JSON.stringify(value);
    if (key === shown) return;
    shown = key;
    const content = draw(value);
    node.hidden = content.length === 0;
    keepPlace(node, () => node.replaceChildren(...content));
  };
}
