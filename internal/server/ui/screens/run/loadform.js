// The form in which the load of a live run is changed.

import { element, freshId } from "../../core/dom.js";
import { capital, sentence } from "../../core/format.js";
import { asNumber, object } from "../../core/json.js";

/**
 * Returns the form: { node, open, close, onToggle }. send gets the new load as
 * JSON; the errors that it throws are shown at their fields.
 * @param {(body: string) => Promise<void>} send
 */
export function loadForm(send) {
  const rate = field("rate", "Rate, jobs a second", "decimal");
  const limit = field("concurrency", "Most in flight", "numeric");
  const fields = [rate, limit];
  const cancel = element("button", { type: "button", class: "small" }, "Cancel");
  const node = element("form", { class: "load-form", hidden: "", novalidate: "" }, rate.node, limit.node,
    element("div", { class: "actions" }, element("button", { class: "small primary" }, "Change"), cancel));
  /** @type {any} */
  let opener = null;
  const form = { node, open, close, onToggle: (/** @type {boolean} */ _) => {} };

  function open({ run, progress }) {
    if (!node.hidden) return close();
    opener = document.activeElement;
    const open = Boolean(run.spec.rate || run.spec.replay || run.spec.stages?.[0]?.rate !== undefined);
    rate.node.hidden = !open;
    rate.set(open ? progress?.so_far?.target ?? run.spec.rate : "");
    limit.set(progress?.so_far?.limit ?? run.spec.concurrency);
    for (const one of fields) one.tell("");
    node.hidden = false;
    form.onToggle(true);
    (open ? rate : limit).input.select();
  }

  function close() {
    if (node.hidden) return;
    const focused = node.contains(document.activeElement);
    node.hidden = true;
    form.onToggle(false);
    if (focused) opener?.focus();
  }

  cancel.addEventListener("click", close);
  node.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const one of fields) one.tell("");
    try {
      await send(object(fields.map(({ name, json }) => [name, json()])));
      close();
    } catch (error) {
      const messages = (name) => error.errors.filter(({ location }) => location === name).map(({ message }) => message);
      for (const one of fields) one.tell(messages(one.name).join("; "));
      const others = error.errors.filter(({ location }) => !fields.some(({ name }) => name === location));
      if (others.length > 0) {
        fields.find((one) => !one.node.hidden).tell(others.map(({ message }) => message).join("; "));
      }
      fields.find(({ input }) => input.hasAttribute("aria-invalid"))?.input.focus();
    }
  });
  return form;
}

function field(name, label, mode) {
  const [id, errorID] = [freshId(), freshId()];
  const attributes = { id, type: "text", inputmode: mode, autocomplete: "off", "aria-describedby": errorID };
  const input = element("input", attributes);
  const error = element("p", { id: errorID, class: "error", hidden: "" });
  let before = "";
  return {
    name, input,
    node: element("div", { class: "field" }, element("label", { for: id }, label), input, error),
    set(value) { input.value = before = value ? String(value) : ""; },
    json: () => (input.value.trim() === before || input.value.trim() === "" ? undefined : asNumber(input.value.trim())),
    tell(message) {
      error.hidden = message === "";
      error.textContent = message && capital(sentence(message));
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}
