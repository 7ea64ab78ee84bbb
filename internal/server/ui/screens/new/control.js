// Fields of one control: an input, a textarea or a select. Every field of the
// form has
//
//   node        the element to show
//   json()      its value as JSON text; undefined when it is blank
//   set(value)  takes a value as exact of draft.js returns it; undefined makes
//               it blank
//   find(path)  the {control, line} for a location within it; line is set for a
//               control with one value a line

import { element, freshId } from "../../core/dom.js";
import { asAny, asNumber } from "../../core/json.js";

/**
 * Returns a field of one control with its label and hint.
 * @param {HTMLElement} control
 * @param {{ label: Node | string, hint?: string, unit?: string, name?: string, needed?: boolean }} words
 * @param {object} rest adds to the field's members, or replaces them
 */
export function labelled(control, { label, hint = "", unit = "", name = "", needed = false }, rest) {
  control.id = freshId();
  if (needed) control.setAttribute("aria-required", "true");
  const beside = [needed ? "needed" : "", unit].filter(Boolean).join(", ");
  const title = element("label", { for: control.id }, label,
    ...(beside ? [" ", element("span", { class: "unit" }, beside)] : []));
  const node = element("div", { class: "field", "data-name": name }, title, control);
  if (hint) {
    const text = element("p", { id: `${control.id}-hint`, class: "hint" }, hint);
    control.setAttribute("aria-describedby", text.id);
    node.append(text);
  }
  return { node, control, find: () => ({ control }), ...rest };
}

// written returns a value as a user types it.
export const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// writtenAny is written for a field of any type: text that is JSON is quoted.
export const writtenAny = (value) => (typeof value === "string" && asAny(value) === value ? JSON.stringify(value)
  : written(value));

export const asTyped = { autocapitalize: "none", autocomplete: "off", spellcheck: "false" };

/**
 * Returns a field whose text read turns into JSON.
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {object} words as labelled takes them
 * @param {(text: string) => string} read
 * @param {(value: any) => string} [write]
 */
export function typed(control, words, read, write = written) {
  const json = () => {
    const value = control.value.trim();
    return value === "" ? undefined : read(value);
  };
  const set = (value) => { control.value = value === undefined ? "" : write(value); };
  return labelled(control, words, { json, set });
}

// numberInput and textInput are fields of the form itself.
export const numberInput = (words, attributes = {}) =>
  typed(element("input", { ...asTyped, inputmode: "decimal", ...attributes }), words, asNumber);

export const textInput = (words, attributes = {}) =>
  typed(element("input", { ...asTyped, ...attributes }), words, JSON.stringify);

/**
 * Returns a select of options [value, label]; the blank value stands for none.
 * @param {object} words as labelled takes them
 * @param {string[][]} options
 */
export function choiceInput(words, options) {
  const control = element("select", {}, ...options.map(([value, label]) => element("option", { value }, label)));
  return labelled(control, words, {
    json: () => (control.value ? JSON.stringify(control.value) : undefined),
    set: (value) => { control.value = value ?? options[0][0]; },
  });
}

/**
 * Returns a check box, which is false unless it is checked.
 * @param {{ label: string, hint: string, name: string }} words
 */
export function checkInput({ label, hint, name }) {
  const tick = element("input", { type: "checkbox", id: freshId() });
  const node = element("div", { class: "field", "data-name": name },
    element("label", { class: "check", for: tick.id }, tick, label),
    element("p", { id: `${tick.id}-hint`, class: "hint" }, hint));
  tick.setAttribute("aria-describedby", `${tick.id}-hint`);
  return {
    node, control: tick, find: () => ({ control: tick }),
    json: () => String(tick.checked), set: (value) => { tick.checked = value === true; },
  };
}
