// The tab Spec: what the run was asked for, to read and to take along.

import { element } from "../../core/dom.js";
import { copiesCard } from "../new/copies.js";

export const specTab = {
  key: "spec", name: "Spec",
  value: ({ id, spec }) => ({ id, spec }),
  draw({ id, spec }) {
    const copies = copiesCard();
    copies.update(spec);
    return [copies.node, element("p", {},
      element("a", { class: "button small", href: `#/new?from=${encodeURIComponent(id)}` }, "Run again"))];
  },
};
