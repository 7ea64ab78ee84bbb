// A field of several values that have fields themselves, such as the parts of a mix.

import { element } from "../../core/dom.js";
import { fieldset } from "./group.js";
import { listOf } from "./lines.js";
import { rowList, smallButton } from "./rows.js";

export function isList(schema) {
  return listOf(schema)?.items !== undefined;
}

// repeated returns the field of a list, with buttons that add and remove entries.
// Needed entries cannot be removed.
export function repeated(schema, name, needed, makeField) {
  const { items, minItems } = listOf(schema);
  const least = needed ? Math.max(minItems ?? 0, 1) : 0;
  const { list, adding, rows, set } = rowList({
    name: "items", add: `Add to ${name}`, propose: () => undefined,
    make(value) {
      const own = makeField(items, "", true);
      const remove = smallButton("Remove");
      own.set(value);
      return {
        own, remove, node: element("li", {}, own.node, remove),
        first: own.node.querySelector("input, select, textarea"),
      };
    },
    number(given) {
      for (const [i, { own, remove }] of given.entries()) {
        const title = `${name} ${i + 1}`;
        own.node.querySelector("legend, label").textContent = title;
        remove.setAttribute("aria-label", `Remove ${title}`);
        remove.hidden = given.length <= least;
      }
    },
  });
  const field = {
    node: fieldset(name, name, schema.description, list, adding),
    json: () => (rows().length > 0 ? `[${rows().map(({ own }) => own.json() ?? "null").join(",")}]` : undefined),
    set(value) {
      const given = [value ?? []].flat();
      set([...given, ...Array(Math.max(least - given.length, 0))]);
    },
    find: ([index, ...rest]) => rows()[index]?.own.find(rest) ?? { control: field.node },
  };
  field.set(undefined);
  return field;
}
