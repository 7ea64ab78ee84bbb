// What is wrong with a field, said at that field.

import { $, element } from "./dom.js";

// markWrong says it; a control that is folded away is brought into sight.
export function markWrong(control, message) {
  const error = element("p", { id: `${control.id}-error`, class: "error" }, message);
  control.setAttribute("aria-invalid", "true");
  describe(control, [error.id, ...described(control)]);
  if (control.matches("fieldset")) control.querySelector("legend").after(error);
  else control.closest(".field").append(error);
  for (let folded = control.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
}

const described = (control) => (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function describe(control, ids) {
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

function clear(control) {
  const id = `${control.id}-error`;
  control.removeAttribute("aria-invalid");
  describe(control, described(control).filter((other) => other !== id));
  $(id)?.remove();
}

// clearErrors takes every message out of a form.
export function clearErrors(form) {
  form.querySelectorAll("[aria-invalid]").forEach(clear);
}

// touched takes away what was wrong with a control that is put right, and with
// what it is a part of.
export function touched(control) {
  for (let wrong = control.closest("[aria-invalid]"); wrong; wrong = wrong.parentElement.closest("[aria-invalid]")) clear(wrong);
}
