// The form and the spec that it stands for. Only the service checks the spec.

import { Problem } from "../../core/api.js";
import { element } from "../../core/dom.js";
import { member, object } from "../../core/json.js";
import { detailsPart } from "./details.js";
import { clearError, clearErrors, placed, showError } from "./errors.js";
import { jobPart } from "./job.js";
import { judgePart } from "./judge.js";
import { loadPart } from "./load.js";
import { maskedParts } from "./masked.js";
import { secretsPart } from "./secrets.js";

/**
 * Returns the form: its node; json, the spec as JSON; set, which takes a spec; and
 * what shows messages of the service at the fields.
 * @param {object[]} kinds the kinds of job
 */
export function specForm(kinds) {
  const load = loadPart();
  const details = detailsPart();
  const secrets = secretsPart();
  const parts = [load, jobPart(kinds), secrets, judgePart(), details];
  const node = element("form", { class: "spec", novalidate: "", autocomplete: "off", id: "spec" },
    ...parts.map((part) => part.node));
  const touched = new WeakSet(); // controls that the user has left or changed
  node.addEventListener("input", (event) => clearError(event.target));
  for (const kind of ["change", "focusout"]) node.addEventListener(kind, (event) => touched.add(event.target));

  const pairs = () => parts.flatMap((part) => part.pairs());
  const find = (location) => {
    const [body, ...path] = location.match(/[^.[\]]+/g) ?? [];
    if (body !== "body") return {};
    return parts.map((part) => part.find(path)).find((found) => found?.control) ?? {};
  };
  return {
    node,
    focus: load.focus,
    offerWorkers: details.offerWorkers,
    json: () => object(pairs().map(([name, json]) => [name, name === "workload" ? secrets.fillIn(json) : json])),

    // draft is the spec with the names of its secrets alone.
    draft: () => object(pairs().map(([name, json]) => [name, name === "secrets" && json ? secrets.names() : json])),
    set(spec) {
      clearErrors(node);
      for (const part of parts) part.set(spec);
    },

    // checkMasks throws a Problem if a text still has a mask in it although all secrets
    // have values: the service would take the mask for the text itself.
    checkMasks() {
      if (!secrets.areGiven()) return;
      const errors = maskedParts(JSON.parse(member(this.json(), "workload")), "body.workload");
      if (errors.length > 0) throw new Problem(400, { detail: "Secrets are still masked.", errors }, null, null);
    },

    // showErrors shows every message at its field, focuses the first such field, and
    // returns { fields, rest }: the messages that it has shown and those of no field.
    showErrors(errors) {
      clearErrors(node);
      const { fields, rest } = placed(errors, find);
      for (const [control, messages] of fields) {
        showError(control, messages, true);
        touched.add(control);
      }
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
