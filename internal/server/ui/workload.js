// A field that is a workload: a kind of the service's table, and the parameters
// that it takes. The page knows no kind by its name.

import { element, freshId } from "./dom.js";
import { fieldset, members } from "./group.js";
import { object } from "./json.js";

let kinds = []; // {kind, doc, schema}: the service's table

// useKinds takes the table, for the workloads that are made from then on.
export function useKinds(table) {
  kinds = table;
}

// isWorkload: an object with a kind, open to what that kind takes.
export function isWorkload(schema) {
  return schema.type === "object" && schema.properties?.kind && schema.additionalProperties !== false;
}

// workload is one within another, with what may stand beside its kind.
export function workload(schema, name) {
  const { kind, ...properties } = schema.properties;
  const own = choice("kind");
  const beside = members({ ...schema, properties });
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

// choice is a choice among the kinds, and the members of the one that is chosen.
export function choice(label) {
  const select = element("select", { id: freshId() }, ...kinds.map(({ kind }) => element("option", { value: kind }, kind)));
  const hint = element("p", { id: `${select.id}-hint`, class: "hint" });
  const body = element("div", { class: "members" });
  let own = members({});

  function choose(value) {
    const chosen = kinds.find(({ kind }) => kind === select.value);
    hint.textContent = chosen?.doc ?? "";
    own = members(chosen?.schema ?? {});
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
