// Error messages at the fields of the form, in its words.

import { $, element } from "../../core/dom.js";
import { capital, sentence } from "../../core/format.js";

// phrases are messages of the service about a spec as this form says them, by
// the beginning of their location and of the message.
/** @type {[string, RegExp, (...parts: string[]) => string][]} */
const phrases = [
  ["num_jobs", /^is needed, or/, () => "Say how many jobs, or for how long to start them."],
  ["concurrency", /^is needed when/, () => "Say how many jobs to keep in flight."],
  ["concurrency", /^is needed to drop/, () => "Say how many jobs may be in flight before the next one is dropped."],
  ["thresholds", /^must be a metric.*got "\S+ \S+"$|the limit must be .*; got "[a-z%]*"$/,
    () => "Say what it is compared with, such as 250 ms or 1 %."],
  ["thresholds", /^(\S+): the limit must be (.*)$/, (_, metric, limit) => `The value must be ${limit}.`],
  ["secrets", /^(\S+) has no value/, () => "Enter its value: a run keeps the names of its secrets only."],
  ["", /^is needed: ([^;]*)/, (_, what) => `Is needed: ${what}.`],
  ["", /^(?:is masked|has a masked part), as/,
    () => "Enter it again where it says ***: a run does not keep its secrets."],
];

/**
 * Returns a message of the service in the words of the form.
 * @param {{ location: string, message: string }} error
 */
export function inWords({ location, message }) {
  const field = location.replace(/^body\.?/, "");
  for (const [place, pattern, phrase] of phrases) {
    const match = field.startsWith(place) && message.match(pattern);
    if (match) return phrase(...match);
  }
  return sentence(/^[a-z]+[._]/.test(message) ? message : capital(message)); // the name of a metric stays as it is
}

/**
 * Returns the messages by the controls that they are about, in the order of the
 * form, and those of no field.
 * @param {object[]} errors as a problem has them
 * @param {(location: string) => { control?: HTMLElement, line?: number, what?: string }} find
 */
export function placed(errors, find) {
  /** @type {Map<HTMLElement, string[]>} */
  const at = new Map();
  const rest = [];
  for (const error of errors) {
    const { control, line, what } = find(error.location);
    const place = [line && `Line ${line}`, what].filter(Boolean).join(", ");
    const text = place ? `${place}: ${inWords(error)}` : inWords(error);
    if (!control) rest.push(`${error.location.replace(/^body\.?/, "")}: ${error.message}`);
    else if (!at.get(control)?.includes(text)) at.set(control, [...(at.get(control) ?? []), text]);
  }
  const isBefore = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  return { fields: [...at].sort((a, b) => (isBefore(a[0], b[0]) ? -1 : 1)), rest };
}

// showError shows messages at a control. With open, it also opens what is folded
// around it.
export function showError(control, messages, open) {
  clear(control);
  const error = element("p", { id: `${control.id}-error`, class: "error" }, messages.join("\n"));
  control.setAttribute("aria-invalid", "true");
  describe(control, [error.id, ...described(control)]);
  if (control.matches("fieldset")) control.querySelector("legend").after(error);
  else control.closest(".field").append(error);
  for (let folded = open && control.closest("details"); folded; folded = folded.parentElement.closest("details")) {
    folded.open = true;
  }
}

// nameOf returns the name of a control's field, as its label has it.
export function nameOf(control) {
  const label = control.matches("fieldset") ? control.querySelector("legend") : control.labels?.[0];
  return (control.getAttribute("aria-label") ?? label?.firstChild?.textContent ?? "").trim();
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
  for (let wrong = control.closest("[aria-invalid]"); wrong;) {
    clear(wrong);
    wrong = wrong.parentElement.closest("[aria-invalid]");
  }
}
