// The field of a workload: a choice of kind and the parameters of that kind. Kinds
// come from the service; the page knows none by name.

import { element, freshId } from "./core/dom.js";
import { fieldset, members } from "./group.js";
import { object } from "./core/json.js";

let kinds = []; // {kind, doc, schema}: the service's table

// useKinds sets the table for workload fields that are made afterwards.
export function useKinds(table) {
  kinds = table;
}

// isWorkload reports whether a schema is an object with a kind and open to the
// parameters of that kind.
export function isWorkload(schema) {
  return schema.type === "object" && schema.properties?.kind && schema.additionalProperties !== false;
}

// workload returns the field of a workload within another one, with the members that
// its schema has beside the kind.
export function workload(schema, name, needed, makeField) {
  const { kind, ...properties } = schema.properties;
  const own = kindChoice("kind", makeField);
  const beside = members({ ...schema, properties }, makeField);
  const node = fieldset(name, name, schema.description, ...own.nodes.slice(0, 1), ...beside.nodes, ...own.nodes.slice(1));
  return {
    node,
    json: () => object([...own.pairs(), ...beside.pairs()]),
    set(value) {
      own.set(value);
      beside.set(value);
    },
    find: (path) => beside.find(path) ?? own.find(path) ?? { control: node },
  };
}

// kindChoice returns a select of the kinds and the fields of the chosen one.
export function kindChoice(label, makeField) {
  const select = element("select", { id: freshId() }, ...kinds.map(({ kind }) => element("option", { value: kind }, kind)));
  const hint = element("p", { id: `${select.id}-hint`, class: "hint" });
  const body = element("div", { class: "members" });
  let own = members({}, makeField);

  function choose(value) {
    const chosen = kinds.find(({ kind }) => kind === select.value);
    hint.textContent = chosen?.doc ?? "";
    own = members(chosen?.schema ?? {}, makeField);
    own.set(value);
    body.replaceChildren(...own.nodes);
  }

  select.setAttribute("aria-describedby", hint.id);
  select.addEventListener("change", () => choose());
  choose();
  return {
    nodes: [element("div", { class: "field", "data-name": "kind" }, element("label", { for: select.id }, label), select, hint), body],
    pairs: () => [["kind", JSON.stringify(select.value)], ...own.pairs()],
    set(value) {
      select.value = value?.kind ?? kinds[0]?.kind;
      choose(value);
    },
    find: (path) => (path[0] === "kind" || path.length === 0 ? { control: select } : own.find(path)),
  };
}
