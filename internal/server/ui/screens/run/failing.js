// The parts of a mix that have failures, above the tabs where all parts are.

import { element } from "../../core/dom.js";
import { failuresOf } from "./counts.js";
import { drawn } from "./drawn.js";
import { partsOf, partsTable } from "./partstable.js";

/** Returns the failing parts: { node, show }. */
export function failing() {
  const node = element("section", { class: "card" });
  const show = drawn(node, (parts) =>
    (parts.length > 0 ? [element("h2", {}, "Failing parts"), partsTable("Failing parts", parts)] : []));
  return { node, show: (view) => show(partsOf(view).filter(({ counts }) => failuresOf(counts).bad > 0)) };
}
