// Why the numbers of a run may be wrong, and remarks about it.

import { element } from "../../core/dom.js";
import { capital, sentence } from "../../core/format.js";
import { moods } from "../../core/words.js";
import { drawn } from "./drawn.js";

const titles = {
  invalid: "These numbers are not to be believed", degraded: "These numbers deserve some doubt", valid: "Remarks",
};

/** Returns the doubts: { node, show }. */
export function doubts() {
  const node = element("section", { class: "card notice" });
  const show = drawn(node, ({ state, messages }) => {
    node.className = `card notice ${state === "valid" ? "" : moods[state]}`;
    if (messages.length === 0) return [];
    return [element("h2", {}, titles[state]),
      element("ul", {}, ...messages.map((text) => element("li", {}, capital(sentence(text)))))];
  });
  return { node, show: ({ result }) => show(doubtsOf(result)) };
}

function doubtsOf(result) {
  if (!result) return { state: "valid", messages: [] };
  const { validity: { state, reasons }, warnings = [] } = result;
  const worst = [...reasons].sort((a, b) => Number(b.state === "invalid") - Number(a.state === "invalid"));
  return { state, messages: [...worst.map(({ message }) => message), ...warnings] };
}
