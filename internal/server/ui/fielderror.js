// Error messages at the fields of a form.

import { $, element } from "./core/dom.js";

// showFieldError shows a message at a control and opens the details around it.
export function showFieldError(control, message) {
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

// clearErrors removes all messages from a form.
export function clearErrors(form) {
  form.querySelectorAll("[aria-invalid]").forEach(clear);
}

// clearError removes the message of a changed control and of the fields around it.
export function clearError(control) {
  for (let wrong = control.closest("[aria-invalid]"); wrong; wrong = wrong.parentElement.closest("[aria-invalid]")) clear(wrong);
}
