// The spec as YAML text, for what the fields have no place for, such as scenarios
// and replays, and for who would rather write. The service reads it.

import { element } from "../../core/dom.js";
import { member } from "../../core/json.js";
import { yaml } from "../../core/yaml.js";
import { asTyped, labelled } from "./control.js";
import { readSpec } from "./readspec.js";
import { inOrder, withScenario } from "./scenario.js";

/**
 * Returns the text: { node, control, pairs, set, read, find, focus, problem, hold,
 * text, hasSecrets, show, onAdd }. Pairs are the members of the spec as JSON, as they
 * were when the text could be read; problem says why it cannot.
 * @param {object} secrets the part for secrets, which has their values
 */
export function specText(secrets) {
  const control = element("textarea", { ...asTyped, rows: 24, wrap: "off" });
  const field = labelled(control, { label: "Spec", unit: "YAML or JSON", name: "spec",
    hint: "What files for aurea run have, but for variables and extends." }, {});
  const add = element("button", { type: "button", class: "small" }, "Add a scenario");
  const node = element("div", { class: "fields text" }, element("section", { class: "card part" },
    element("h2", {}, "Spec"), field.node, add));
  let read = { text: null, problem: null, lineOf: (_) => 1 }; // what is known of a text
  let last = "{}"; // the spec as JSON when the text could be read

  // take takes a spec that the text stands for.
  function take(json) {
    last = json;
    const given = JSON.parse(member(last, "secrets") ?? "[]");
    const names = Array.isArray(given) ? given : Object.keys(given ?? {});
    const known = names.join() === JSON.parse(secrets.names()).join();
    if (!known || !Array.isArray(given)) secrets.set({ secrets: given ?? [] });
  }

  // show selects a line.
  function show(line) {
    const lines = control.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    control.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  }

  const text = {
    node, control, show,
    set(json, written = yaml(inOrder(json))) {
      control.value = written;
      take(json);
    },

    // read has the service read the text, unless it has read it. It throws the reason
    // of a signal that is aborted.
    async read(signal) {
      for (let value = null; read.text !== control.value && value !== control.value;) {
        value = control.value;
        const found = await readSpec(value, signal);
        if (control.value !== value) continue; // it is out of date
        read = { text: found.answered ? value : null, problem: found.problem, lineOf: found.lineOf };
        if (found.json !== null) take(found.json);
      }
    },
    pairs: () => Object.keys(JSON.parse(last)).map((name) =>
      (name === "secrets" ? secrets.pairs()[0] : [name, member(last, name)])),
    find(_path, location) {
      const what = location.replace(/^body\.?/, "");
      return { control, line: read.lineOf(what), what };
    },
    focus: () => control.focus(),
    problem: () => read.problem,
    hold: (part) => node.append(part),
    text: () => control.value,
    hasSecrets: () => /^\{/.test(member(last, "secrets") ?? ""),

    // addScenario writes the spec with one scenario more.
    async addScenario(signal) {
      text.set(withScenario(last));
      control.dispatchEvent(new Event("input", { bubbles: true }));
      await text.read(signal);
      control.focus();
      show(read.lineOf(`scenarios[${JSON.parse(last).scenarios.length - 1}]`));
    },
    onAdd: (listener) => add.addEventListener("click", listener),
  };
  return text;
}
