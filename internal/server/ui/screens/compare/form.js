// The form in which the sides of a comparison are chosen.

import { dateTime } from "../../core/dates.js";
import { element, freshId } from "../../core/dom.js";
import { capital, sentence } from "../../core/format.js";
import { loadChoices } from "./load.js";
import { choiceOf, kinds, wordsOf } from "./sides.js";

/**
 * Returns the form for sides: { form, tell, describe }. use gets the sides when
 * they are submitted, swap is called for the other way round. tell shows the
 * messages of each side; describe what was found for it.
 * @param {import("./sides.js").Sides} sides
 * @param {{ use: (sides: import("./sides.js").Sides) => void, swap: () => void, signal: AbortSignal }} actions
 */
export function sidesForm(sides, { use, swap, signal }) {
  const base = sideField("base", "Base", "what was before", sides.base, kinds);
  const head = sideField("head", "Head", "what is new", sides.head, kinds.filter(({ kind }) => kind !== "baseline"));
  const threshold = thresholdField(sides.threshold);
  const swapButton = element("button", { type: "button", class: "swap", title: "Swap the sides" }, "⇄",
    element("span", { class: "unseen" }, " Swap the sides"));
  const form = element("form", { class: "card sides", novalidate: "" },
    base.node, swapButton, head.node,
    element("div", { class: "last" }, threshold.node, element("button", { class: "primary" }, "Compare")));
  swapButton.addEventListener("click", swap);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use({ base: base.words(), head: head.words(), threshold: threshold.value() });
  });
  form.addEventListener("focusin", () => suggest([base, head], signal), { once: true });
  const fields = { base, head, threshold };
  const tell = (messages) => {
    for (const [name, field] of Object.entries(fields)) field.tell(messages[name] ?? []);
    /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid]"))?.focus();
  };
  return { form, tell, describe: (name, ...content) => fields[name].found.replaceChildren(...content) };
}

function sideField(name, title, hint, words, choices) {
  const choice = choiceOf(words);
  const [listID, errorID] = [freshId(), freshId()];
  const kind = element("select", { "aria-label": `${title}: how to choose its runs` },
    ...choices.map((one) => element("option", { value: one.kind }, one.label)));
  kind.value = choices.some((one) => one.kind === choice.kind) ? choice.kind : "ids";
  const value = element("input", {
    type: "text", list: listID, autocomplete: "off", spellcheck: "false", "aria-label": `${title}: which runs`,
    "aria-describedby": errorID,
  });
  value.value = choice.value;
  const list = element("datalist", { id: listID });
  const error = element("p", { id: errorID, class: "error", hidden: "" });
  const found = element("div", { class: "found" });
  const adapt = () => {
    const { placeholder } = kinds.find((one) => one.kind === kind.value);
    value.placeholder = placeholder;
    value.hidden = kind.value === "baseline";
  };
  kind.addEventListener("change", () => {
    adapt();
    value.value = "";
    offer();
  });
  let runs = [];
  const offer = () => list.replaceChildren(...optionsOf(kind.value, runs));
  adapt();
  return {
    node: element("fieldset", { class: `side ${name}` },
      element("legend", {}, title, " ", element("span", { class: "hint" }, hint)),
      element("div", { class: "choice" }, kind, value, list), error, found),
    found,
    words: () => wordsOf({ kind: kind.value, value: value.value }),
    suggest: (some) => { runs = some; offer(); },
    tell: (messages) => showError(kind.value === "baseline" ? kind : value, error, messages),
  };
}

function thresholdField(threshold) {
  const [id, errorID] = [freshId(), freshId()];
  const input = element("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", placeholder: "5%", "aria-describedby": errorID });
  input.value = threshold;
  const error = element("p", { id: errorID, class: "error", hidden: "" });
  return {
    node: element("div", { class: "field" }, element("label", { for: id }, "Differences matter from"), input, error),
    value: () => asShare(input.value),
    tell: (messages) => showError(input, error, messages),
  };
}

// asShare adds the sign that people leave out: 2 is 2%, while 0.02 is a share.
const asShare = (text) => (/^\s*\d*\.?\d+\s*$/.test(text) && Number(text) >= 1 ? `${text.trim()}%` : text.trim());

function showError(control, error, messages) {
  error.hidden = messages.length === 0;
  error.textContent = messages.map((message) => capital(sentence(message))).join("\n");
  if (messages.length) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

// suggest offers the newest runs, with their names and labels.
async function suggest(fields, signal) {
  try {
    const { runs } = await loadChoices(signal);
    for (const field of fields) field.suggest(runs);
  } catch { /* the fields take any text without it */ }
}

// optionsOf returns what a field of a kind suggests.
function optionsOf(kind, runs) {
  const option = (value, label = "") => element("option", { value, ...(label && { label }) });
  const each = (values) => [...new Set(values)].map((value) => option(value));
  if (kind === "name") return each(runs.map(({ name }) => name).filter((name) => name && !name.includes(",")));
  if (kind === "label") return each(runs.flatMap(({ labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`)));
  return runs.filter(({ result }) => result).map(({ id, name, created_at: created }) =>
    option(id, [name, dateTime(created)].filter(Boolean).join(" · ")));
}
