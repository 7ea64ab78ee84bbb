// The secrets of a spec. A run keeps their names only, so their values are asked
// for again.

import { element } from "../../core/dom.js";
import { object } from "../../core/json.js";
import { labelled } from "./control.js";
import { filledIn } from "./masked.js";

/** Returns the part of the form for secrets, which is hidden without any. */
export function secretsPart() {
  let fields = [];
  const list = element("div", { class: "pairs" });
  const node = element("section", { class: "card part" }, element("h2", {}, "Secrets"),
    element("p", { class: "hint" },
      "A run keeps the names of its secrets, not their values. They are shown as *** wherever they stand."), list);
  const areGiven = () => fields.length > 0 && fields.every(({ control }) => control.value !== "");
  const names = () => JSON.stringify(fields.map(({ name }) => name));
  const values = () => fields.map(({ name, control }) => [name, JSON.stringify(control.value)]);
  return {
    node,
    pairs: () => [["secrets", fields.length === 0 ? undefined : areGiven() ? object(values()) : names()]],
    names, areGiven,

    // fillIn returns a workload, given as JSON, with the value of the one secret where
    // it was masked. Of several it is not known which stood where.
    fillIn(json) {
      const value = fields.length === 1 ? fields[0].control.value : "";
      return value ? filledIn(json, value) : json;
    },
    set({ secrets = [] }) {
      const given = Array.isArray(secrets) ? secrets.map((name) => [name, ""]) : Object.entries(secrets);
      fields = given.map(([name, value]) => {
        const control = element("input", { type: "password", autocomplete: "off" });
        control.value = value;
        const label = element("span", { class: "name" }, name);
        return { name, control, node: labelled(control, { label, needed: true }, {}).node };
      });
      list.replaceChildren(...fields.map((field) => field.node));
      node.hidden = fields.length === 0;
    },
    find([field, name]) {
      if (field !== "secrets" || fields.length === 0) return {};
      const wrong = fields.find((one) => one.name === name) ?? fields.find(({ control }) => control.value === "") ??
        fields[0];
      return { control: wrong.control };
    },
  };
}
