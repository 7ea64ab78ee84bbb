// A field of a value that is one of a few words or has one of several other forms,
// such as "all", a number or an object.

import { element } from "../../core/dom.js";
import { labelled, written } from "./control.js";
import { wordsOf } from "./parameter.js";

export const isEither = (schema) => schema.oneOf !== undefined;

// fits reports whether a form that is no word is the one of a value.
const fits = (schema, value) => schema.type === (typeof value) ||
  (schema.type === "integer" && typeof value === "number");

// either returns a field with a choice of the words and the other forms. Below it is
// the field of the chosen form.
export function either(schema, name, needed, makeField) {
  const words = schema.oneOf.flatMap((one) => one.enum ?? []).map((word) => JSON.stringify(word));
  const forms = schema.oneOf.filter((one) => !one.enum)
    .map(({ description, ...one }) => ({ ...one, title: description ?? one.type }));
  const fields = forms.map((one) => makeField(one, one.title, true));
  for (const [i, { node }] of fields.entries()) node.dataset.name = forms[i].type;
  const select = element("select", {}, element("option", { value: "" }, "–"),
    ...words.map((word) => element("option", { value: word }, written(JSON.parse(word)))),
    ...forms.map(({ title }, i) => element("option", { value: i }, title)));
  const body = element("div", { class: "members" });
  const chosen = () => (select.value === "" ? undefined : fields[select.value]);
  const show = () => body.replaceChildren(...[chosen()?.node].filter(Boolean));

  function json() {
    const own = chosen();
    return own ? own.json() ?? '""' : select.value || undefined; // a chosen form left blank is wrong, not absent
  }

  function set(value) {
    const form = forms.findIndex((one) => fits(one, value));
    for (const [i, own] of fields.entries()) own.set(i === form ? value : undefined);
    select.value = form >= 0 ? form : JSON.stringify(value) ?? "";
    show();
  }

  select.addEventListener("change", show);
  const find = (path) => chosen()?.find(path) ?? { control: select };
  const field = labelled(select, wordsOf(schema, name, needed), { json, set, find });
  field.node.append(body);
  return field;
}
