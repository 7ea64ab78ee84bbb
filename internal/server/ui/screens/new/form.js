// The form and the spec that it stands for. Only the service checks the spec.

import { element } from "../../core/dom.js";
import { object } from "../../core/json.js";
import { detailsPart } from "./details.js";
import { clearError, clearErrors, placed, showError } from "./errors.js";
import { jobPart } from "./job.js";
import { judgePart } from "./judge.js";
import { loadPart } from "./load.js";
import { secretsPart } from "./secrets.js";

/**
 * Returns the form: its node; json, the spec as JSON; set, which takes a spec; and
 * what shows messages of the service at the fields.
 * @param {object[]} kinds the kinds of job
 */
export function specForm(kinds) {
  const details = detailsPart();
  const parts = [loadPart(), jobPart(kinds), secretsPart(), judgePart(), details];
  const node = element("form", { class: "spec", novalidate: "", autocomplete: "off", id: "spec" },
    ...parts.map((part) => part.node));
  const touched = new WeakSet(); // controls that the user has left or changed
  node.addEventListener("input", (event) => clearError(event.target));
  for (const kind of ["change", "focusout"]) node.addEventListener(kind, (event) => touched.add(event.target));

  const find = (location) => {
    const [body, ...path] = location.match(/[^.[\]]+/g) ?? [];
    if (body !== "body") return {};
    return parts.map((part) => part.find(path)).find((found) => found?.control) ?? {};
  };
  return {
    node,
    offerWorkers: details.offerWorkers,
    json: () => object(parts.flatMap((part) => part.pairs())),
    draft: () => object(parts.flatMap((part) => (part.names ? [["secrets", namesOf(part)]] : part.pairs()))),
    set(spec) {
      clearErrors(node);
      for (const part of parts) part.set(spec);
    },

    // showErrors shows every message at its field, focuses the first such field, and
    // returns { fields, rest }: the messages that it has shown and those of no field.
    showErrors(errors) {
      clearErrors(node);
      const { fields, rest } = placed(errors, find);
      for (const [control, messages] of fields) showError(control, messages, true);
      fields[0]?.[0].focus();
      return { fields, rest };
    },

    // hint shows the messages at fields that the user has been to and is not in.
    hint(errors) {
      clearErrors(node);
      const { fields, rest } = placed(errors, find);
      for (const [control, messages] of fields) {
        if (touched.has(control) && !control.contains(document.activeElement)) showError(control, messages, false);
      }
      return { fields, rest };
    },
  };
}

// namesOf returns the names of the secrets, which a draft has without their values.
const namesOf = (part) => (part.names().length > 0 ? JSON.stringify(part.names()) : undefined);
