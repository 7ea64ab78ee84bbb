// The field of a workload: a choice of kind and the parameters of that kind. Kinds
// come from the service; the page knows none by name.

import { element } from "../../core/dom.js";
import { capital } from "../../core/format.js";
import { object } from "../../core/json.js";
import { labelled } from "./control.js";
import { fieldset, members } from "./group.js";

// isWorkload reports whether a schema is an object with a kind and open to the
// parameters of that kind.
export function isWorkload(schema) {
  return schema.type === "object" && schema.properties?.kind && schema.additionalProperties !== false;
}

/**
 * Returns the maker of the field of a workload within another one, with the members
 * that its schema has beside the kind.
 * @param {{ kind: string, doc: string, schema: object }[]} kinds the service's table
 */
export const workload = (kinds) => (schema, name, needed, makeField) => {
  const { kind, ...properties } = schema.properties;
  const own = kindChoice(kinds, "kind", makeField, 2);
  const beside = members({ ...schema, properties }, makeField);
  const node = fieldset(name, name, schema.description, own.choice, ...beside.nodes, own.body);
  return {
    node,
    json: () => object([...own.pairs(), ...beside.pairs()]),
    set(value) {
      own.set(value);
      beside.set(value);
    },
    find: (path) => beside.find(path) ?? own.find(path) ?? { control: node },
  };
};

// kindChoice returns a select of the kinds and the fields of the chosen one.
export function kindChoice(kinds, label, makeField, first) {
  const select = element("select", {}, ...kinds.map(({ kind }) => element("option", { value: kind }, kind)));
  const choice = labelled(select, { label, name: "kind", hint: " " }).node;
  const hint = choice.querySelector(".hint");
  const body = element("div", { class: "members" });
  const kept = new Map(); // the parameters of a kind that was chosen before, as it had them
  let own = members({}, makeField);
  let kind = "";

  function choose(value) {
    kind = select.value;
    const chosen = kinds.find((one) => one.kind === kind);
    hint.textContent = capital(chosen?.doc ?? "");
    own = members(chosen?.schema ?? {}, makeField, first);
    own.set(value);
    body.replaceChildren(...own.nodes);
  }

  select.addEventListener("change", () => {
    kept.set(kind, JSON.parse(object(own.pairs())));
    choose(kept.get(select.value));
  });
  choose();
  return {
    choice, body,
    kind: () => select.value,
    pairs: () => [["kind", JSON.stringify(select.value)], ...own.pairs()],
    set(value) {
      if (value && !kinds.some((one) => one.kind === value.kind)) addKind(select, value.kind);
      select.value = value?.kind ?? kinds[0]?.kind;
      choose(value);
    },
    find: (path) => (path[0] === "kind" || path.length === 0 ? { control: select } : own.find(path)),
  };
}

// addKind offers a kind that the service does not have, so that its spec is not
// taken for another one.
function addKind(select, kind) {
  select.append(element("option", { value: kind }, `${kind} (not offered here)`));
}
