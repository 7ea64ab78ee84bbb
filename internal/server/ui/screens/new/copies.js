// The spec to take along: as YAML, curl, a command line and JSON.

import { hasToken } from "../../core/api.js";
import { commandLine, curl } from "../../core/command.js";
import { element, freshId, say } from "../../core/dom.js";
import { indent, member } from "../../core/json.js";
import { yaml } from "../../core/yaml.js";

const forms = [
  { name: "YAML", what: "a file for aurea run",
    write: (json) => `${hasSecrets(json) ? aboutSecrets : ""}${yaml(json)}` },
  { name: "curl", what: "submits it to this service",
    write: (json) => (hasSecrets(json) ? onlyInFile : curl(json, { origin: location.origin, token: hasToken() })) },
  { name: "Command", what: "runs it on your machine",
    write: (json) => (hasSecrets(json) ? onlyInFile : commandLine(json) ?? masked) },
  { name: "JSON", what: "what the service is sent", write: indent },
];

const hasSecrets = (json) => member(json, "secrets") !== undefined;
const aboutSecrets = "# Put ${NAME} in place of ***, with the name of the secret that stands there.\n";
const masked = "Enter the secrets again, where it says ***.";
const onlyInFile = "A spec with secrets is run from its file, so that their values stay in the environment.";

/** Returns the card and update, which takes the spec as JSON. */
export function copiesCard() {
  let json = "{}";
  let chosen = 0;
  const id = freshId();
  const tabs = forms.map(({ name, what }, i) => element("button", {
    type: "button", role: "tab", id: `${id}-${i}`, "aria-controls": id, title: what,
  }, name));
  const text = element("pre", { id, role: "tabpanel", tabindex: "0" });
  const copy = element("button", { type: "button", class: "small" }, "Copy");
  const node = element("section", { class: "card copies" }, element("h2", {}, "The same elsewhere"),
    element("div", { class: "tabs", role: "tablist", "aria-label": "The spec as" }, ...tabs), text, copy);

  function show() {
    for (const [i, tab] of tabs.entries()) {
      tab.setAttribute("aria-selected", String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
    }
    text.setAttribute("aria-labelledby", tabs[chosen].id);
    text.textContent = forms[chosen].write(json);
  }

  function choose(i) {
    chosen = (i + tabs.length) % tabs.length;
    show();
  }

  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(i));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (!step) return;
      choose(i + step);
      tabs[chosen].focus();
    });
  }
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent); // there is none off https and loopback
      say(`Copied: ${forms[chosen].name}.`);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    } catch {
      getSelection().selectAllChildren(text);
      say("Selected. Copy it with the keyboard.");
    }
  });
  show();
  return {
    node,
    update(next) {
      json = next;
      show();
    },
  };
}
