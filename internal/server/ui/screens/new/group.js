// Fields of several members, each a field of its own.

import { element, freshId } from "../../core/dom.js";
import { capital } from "../../core/format.js";
import { object } from "../../core/json.js";

export function isGroup(schema) {
  return schema.type === "object" && schema.properties && schema.additionalProperties === false;
}

const few = 4; // up to so many members are all shown

// members returns the fields of an object's members, except members with a constant
// value. makeField is field of field.js. Of more than a few members, those that are
// needed and so many simple ones are shown at first.
export function members(schema, makeField, first = 2) {
  const needed = schema.required ?? [];
  const open = Object.entries(schema.properties ?? {}).filter(([, member]) => member.const === undefined);
  const fields = open.map(([name, member]) => [name, makeField(member, name, needed.includes(name))]);
  return {
    nodes: fold(fields, needed, first),
    pairs: () => fields.map(([name, own]) => [name, own.json()]),
    set: (value) => { for (const [name, own] of fields) own.set(value?.[name]); },
    find: ([name, ...rest]) => fields.find(([known]) => known === name)?.[1].find(rest),
  };
}

// fold returns the nodes of the fields and puts rarely needed ones into a closed
// details element.
function fold(fields, needed, first) {
  const nodes = (list) => list.map(([, { node }]) => node);
  if (fields.length <= few) return nodes(fields);
  const simple = fields.filter(([, { node }]) => !node.matches("fieldset")).slice(0, first);
  const atFirst = (entry) => needed.includes(entry[0]) || simple.includes(entry);
  const more = fields.filter((entry) => !atFirst(entry));
  const names = more.map(([name]) => name).join(", ");
  return [
    ...nodes(fields.filter(atFirst)),
    element("details", { class: "more" }, element("summary", {}, "More ", element("span", { class: "unit" }, names)),
      element("div", { class: "members" }, ...nodes(more))),
  ];
}

// group returns the field of an object. One that is not needed has a check box: its
// value is the object when checked, even with blank members.
export function group(schema, name, needed, makeField) {
  const own = members(schema, makeField);
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

// fieldset returns the element that holds a parameter's fields. It can take the
// focus, for an error about the parameter as a whole.
export function fieldset(title, name, description, ...content) {
  const id = freshId();
  const node = element("fieldset", { class: "field group", "data-name": name, tabindex: "-1", id },
    element("legend", { class: "name" }, title));
  if (description) {
    node.append(element("p", { id: `${id}-hint`, class: "hint" }, capital(description)));
    node.setAttribute("aria-describedby", `${id}-hint`);
  }
  node.append(...content);
  return node;
}
