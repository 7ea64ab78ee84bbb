// Fields of several members, each a field of its own.

import { element, freshId } from "./dom.js";
import { field } from "./field.js";
import { object } from "./json.js";

export function isGroup(schema) {
  return schema.type === "object" && schema.properties && schema.additionalProperties === false;
}

const unfolded = 2; // of many members, so many are shown at first, and those that are needed
const few = 4; // so many are shown all at once

// members are the fields of an object's members, but for those whose value is
// settled.
export function members(schema) {
  const needed = schema.required ?? [];
  const open = Object.entries(schema.properties ?? {}).filter(([, member]) => member.const === undefined);
  const fields = open.map(([name, member]) => [name, field(member, name, needed.includes(name))]);
  return {
    nodes: fold(fields, needed),
    pairs: () => fields.map(([name, own]) => [name, own.json()]),
    set: (value) => { for (const [name, own] of fields) own.set(value?.[name]); },
    find: ([name, ...rest]) => fields.find(([known]) => known === name)?.[1].find(rest),
  };
}

// fold puts what is rarely needed out of sight.
function fold(fields, needed) {
  const nodes = (list) => list.map(([, { node }]) => node);
  if (fields.length <= few) return nodes(fields);
  const atFirst = ([name], i) => needed.includes(name) || i < unfolded;
  const more = fields.filter((entry, i) => !atFirst(entry, i));
  const names = more.map(([name]) => name).join(", ");
  return [
    ...nodes(fields.filter(atFirst)),
    element("details", {}, element("summary", {}, "More ", element("span", { class: "unit" }, names)), element("div", { class: "members" }, ...nodes(more))),
  ];
}

// group is an object. One that is not needed is there once it is ticked, be its
// members blank or not.
export function group(schema, name, needed) {
  const own = members(schema);
  const body = element("div", { class: "members" }, ...own.nodes);
  const tick = element("input", { type: "checkbox", id: freshId() });
  const title = needed ? name : element("label", { class: "check" }, tick, element("span", { class: "name" }, name));
  const node = fieldset(title, name, schema.description, body);
  const given = () => needed || tick.checked;
  const show = () => { body.hidden = !given(); };
  tick.addEventListener("change", show);
  show();
  return {
    node,
    json: () => (given() ? object(own.pairs()) : undefined),
    set(value) {
      tick.checked = value !== undefined;
      own.set(value);
      show();
    },
    find: (path) => own.find(path) ?? { control: node },
  };
}

// fieldset is what holds the fields of a parameter that has several. It can have
// the focus, for an error that is about all of them.
export function fieldset(title, name, description, ...content) {
  const id = freshId();
  const node = element("fieldset", { class: "field", "data-name": name, tabindex: "-1", id }, element("legend", { class: "name" }, title));
  if (description) {
    node.append(element("p", { id: `${id}-hint`, class: "hint" }, description));
    node.setAttribute("aria-describedby", `${id}-hint`);
  }
  node.append(...content);
  return node;
}
