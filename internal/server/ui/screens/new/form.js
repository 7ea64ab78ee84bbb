// The form and the spec that it stands for. Only the service checks the spec.

import { Problem } from "../../core/api.js";
import { element } from "../../core/dom.js";
import { member, object } from "../../core/json.js";
import { explain } from "../../core/problem.js";
import { yaml } from "../../core/yaml.js";
import { exact } from "./draft.js";
import { clearError, clearErrors, placed, showError } from "./errors.js";
import { specFields } from "./fields.js";
import { maskedParts } from "./masked.js";
import { secretsPart } from "./secrets.js";
import { specText } from "./spectext.js";

const noPlace = (lost) => `The fields have no place for ${lost.join(", ")}.`;

const jobs = ["workload", "scenarios"]; // the members that say what jobs do

/**
 * Returns the form: its node; json, the spec as JSON; set, which takes a spec; and
 * what shows messages of the service at the fields. The spec is written in fields,
 * or as a text.
 * @param {object[]} kinds the kinds of job
 */
export function specForm(kinds) {
  const secrets = secretsPart();
  const fields = specFields(kinds, secrets);
  const text = specText(secrets);
  /** @type {any} */
  let editor = fields;
  const other = element("button", { type: "button", class: "small" });
  const why = element("span", { class: "hint", role: "status" });
  const node = element("form", { class: "spec", novalidate: "", autocomplete: "off", id: "spec" },
    element("div", { class: "editor" }, other, why), fields.node);
  const touched = new WeakSet(); // controls that the user has left or changed
  node.addEventListener("input", (event) => clearError(event.target));
  for (const kind of ["change", "focusout"]) node.addEventListener(kind, (event) => touched.add(event.target));

  function use(next) {
    if (next !== editor) editor.node.replaceWith(next.node);
    editor = next;
    editor.hold(secrets.node);
    other.textContent = editor === text ? "Edit in fields" : "Edit as YAML";
    why.textContent = "";
  }

  const find = (location) => {
    const [body, ...path] = location.match(/[^.[\]]+/g) ?? [];
    if (body !== "body") return {};
    const secret = secrets.find(path);
    return secret.control ? secret : editor.find(path, location);
  };
  const form = {
    node,
    focus: () => editor.focus(),
    offerWorkers: fields.offerWorkers,

    // read makes the form know what its text stands for.
    async read(signal) {
      if (editor === fields) return;
      await text.read(signal);
      node.dispatchEvent(new Event("read"));
    },

    // json is the spec; of a text, as it was when it could be read.
    json: () => object(editor.pairs().map(([name, json]) =>
      [name, jobs.includes(name) && json ? secrets.fillIn(json) : json])),

    // state is a text that changes with whatever the user changes.
    state: () => `${form.json()}${editor === text ? text.text() : ""}`,

    // draft is the spec with the names of its secrets alone; of a text, as it was when
    // it could be read.
    draft: () => object(editor.pairs().map(([name, json]) =>
      [name, name === "secrets" && json ? secrets.names() : json])),

    // text is the text that is written in place of the fields, without values of
    // secrets; undefined if there is none.
    text: () => (editor === fields ? undefined : text.hasSecrets() ? yaml(form.draft()) : text.text()),

    // set takes a spec as JSON, and perhaps the text that it was written as.
    set(json, written) {
      clearErrors(node);
      const spec = exact(json);
      fields.set(spec);
      const lost = fields.lacks(spec);
      use(written === undefined && lost.length === 0 ? fields : text);
      if (editor === text) text.set(json, written);
      if (written === undefined && lost.length > 0) why.textContent = noPlace(lost);
    },

    // check throws a Problem if the text cannot be read, or if a text still has a mask
    // in it although all secrets have values: the service would take the mask for the
    // text itself.
    check() {
      const problem = editor.problem();
      if (problem) throw problem;
      if (!secrets.areGiven()) return;
      const errors = jobs.flatMap((name) =>
        maskedParts(JSON.parse(member(form.json(), name) ?? "null"), `body.${name}`));
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
      if (fields[0]?.[0] === text.control) text.show(find(errors[0].location).line);
      return { fields, rest };
    },

    // hint shows the messages at fields that the user has been to and is not in, or
    // that have shown one since they were changed.
    hint(errors) {
      const wrong = new Set(node.querySelectorAll("[aria-invalid]"));
      clearErrors(node);
      const { fields, rest } = placed(errors, find);
      for (const [control, messages] of fields) {
        const edited = control.contains(document.activeElement) && !wrong.has(control);
        if (touched.has(control) && !edited) showError(control, messages, false);
      }
      return { fields, rest };
    },
  };

  // afterRead does something with a text that can be read, or says why it cannot.
  async function afterRead(act) {
    await form.read();
    const problem = editor.problem();
    if (!problem) act();
    else if (problem.errors?.length) form.showErrors(problem.errors);
    else why.textContent = explain(problem).title;
  }
  other.addEventListener("click", () => afterRead(toggle));
  text.onAdd(() => afterRead(text.addScenario));

  function toggle() {
    const json = form.draft();
    if (editor === fields) {
      use(text);
      text.set(json);
    } else {
      fields.set(exact(json));
      const lost = fields.lacks(exact(json));
      if (lost.length > 0) {
        why.textContent = noPlace(lost);
        return;
      }
      use(fields);
    }
    clearErrors(node);
    node.dispatchEvent(new Event("change"));
    editor.focus();
  }
  return form;
}
