// A field of several values that have fields themselves, such as the parts of a mix.

import { element } from "../../core/dom.js";
import { fieldset } from "./group.js";
import { listOf } from "./lines.js";

export function isList(schema) {
  return listOf(schema)?.items !== undefined;
}

// repeated returns the field of a list, with buttons that add and remove entries.
export function repeated(schema, name, needed, makeField) {
  const { items, minItems } = listOf(schema);
  const least = needed ? Math.max(minItems ?? 0, 1) : 0;
  let entries = []; // {own, node}
  const list = element("ol", { class: "items" });
  const adding = element("button", { type: "button", class: "small" }, `Add to ${name}`);
  const node = fieldset(name, name, schema.description, list, adding);

  function add() {
    const own = makeField(items, "", true);
    const remove = element("button", { type: "button", class: "small" }, "Remove");
    const entry = { own, node: element("li", {}, own.node, remove), remove };
    remove.addEventListener("click", () => drop(entry));
    entries.push(entry);
    list.append(entry.node);
    number();
    return entry;
  }

  function drop(entry) {
    entry.node.remove();
    entries = entries.filter((other) => other !== entry);
    number();
    adding.focus();
  }

  // number titles every entry with its position. Needed entries cannot be removed.
  function number() {
    for (const [i, { own, remove }] of entries.entries()) {
      const title = `${name} ${i + 1}`;
      own.node.querySelector("legend, label").textContent = title;
      remove.setAttribute("aria-label", `Remove ${title}`);
      remove.hidden = entries.length <= least;
    }
  }

  function set(value) {
    for (const { node: old } of entries) old.remove();
    entries = [];
    for (const item of [value ?? []].flat()) add().own.set(item);
    while (entries.length < least) add();
  }

  adding.addEventListener("click", () => add().own.node.querySelector("input, select, textarea").focus());
  set();
  return {
    node,
    json: () => (entries.length > 0 ? `[${entries.map(({ own }) => own.json() ?? "null").join(",")}]` : undefined),
    set,
    find: ([index, ...rest]) => entries[index]?.own.find(rest) ?? { control: node },
  };
}
