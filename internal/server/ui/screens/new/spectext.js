// The spec as YAML text, for what the fields have no place for, such as scenarios
// and replays, and for who would rather write.

import { Problem } from "../../core/api.js";
import { element } from "../../core/dom.js";
import { member } from "../../core/json.js";
import { yaml } from "../../core/yaml.js";
import { readYAML } from "../../core/yamlread.js";
import { YAMLError } from "../../core/yamlvalue.js";
import { asTyped, labelled } from "./control.js";
import { inOrder, withScenario } from "./scenario.js";

/**
 * Returns the text: { node, control, pairs, set, find, focus, problem, hold, text,
 * hasSecrets, show }. Pairs are the members of the spec as JSON, as they were when the
 * text could be read; problem says why it cannot.
 * @param {object} secrets the part for secrets, which has their values
 */
export function specText(secrets) {
  const control = element("textarea", { ...asTyped, rows: 24, wrap: "off" });
  const field = labelled(control, { label: "Spec", unit: "YAML or JSON", name: "spec",
    hint: "What files for aurea run have, but for variables and extends." }, {});
  const add = element("button", { type: "button", class: "small" }, "Add a scenario");
  const node = element("div", { class: "fields text" }, element("section", { class: "card part" },
    element("h2", {}, "Spec"), field.node, add));
  let now = readOf("{}");
  let last = "{}"; // the spec as JSON when the text could be read

  function read() {
    now = readOf(control.value);
    if (now.json === null) return;
    last = now.json;
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

  function set(json, text = yaml(inOrder(json))) {
    control.value = text;
    read();
  }
  control.addEventListener("input", read);
  add.addEventListener("click", () => {
    set(withScenario(last));
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.focus();
    show(now.lineOf(`scenarios[${JSON.parse(last).scenarios.length - 1}]`));
  });
  return {
    node, control, set, show,
    pairs: () => Object.keys(JSON.parse(last)).map((name) =>
      (name === "secrets" ? secrets.pairs()[0] : [name, member(last, name)])),
    find(_path, location) {
      const what = location.replace(/^body\.?/, "");
      return { control, line: now.lineOf(what), what };
    },
    focus: () => control.focus(),
    problem: () => now.problem,
    hold: (part) => node.append(part),
    text: () => control.value,
    hasSecrets: () => /^\{/.test(member(last, "secrets") ?? ""),
  };
}

// readOf reads a text. What is no mapping is no spec.
function readOf(text) {
  try {
    const { json, lineOf } = readYAML(text);
    if (json.startsWith("{")) return { json, lineOf, problem: null };
    return unread(1, "is no spec: write names with values, such as num_jobs: 100");
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    return unread(error.line, error.message);
  }
}

function unread(line, message) {
  const errors = [{ location: "body", message }];
  return { json: null, lineOf: () => line, problem: new Problem(400, { detail: message, errors }, null, null) };
}
