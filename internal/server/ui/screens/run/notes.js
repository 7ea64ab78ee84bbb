// The tab Notes and baseline: a note about the run, and whether later runs of its
// name are compared with it.

import { element, freshId, say } from "../../core/dom.js";
import { explain } from "../../core/problem.js";
import { change } from "./load.js";

// The tab keeps its controls while the run changes: what is typed and not saved
// stays, and so does the focus.
export const notesTab = {
  key: "notes", name: "Notes and baseline",
  value: ({ id, run }) => ({
    id, name: run.name, note: run.note ?? "", baseline: run.baseline, done: run.status === "completed",
  }),
  part({ changed, signal }) {
    let id = "";
    const problem = element("p", { class: "error", role: "alert" });
    const send = async (body, done) => {
      problem.textContent = "";
      try {
        changed(await change(id, JSON.stringify(body), signal));
        say(done);
      } catch (error) {
        if (signal.aborted) return;
        const { title, detail } = explain(error);
        problem.textContent = `${title}: ${detail}`;
      }
    };
    const [note, mark] = [noteField(send), baselineField(send)];
    return {
      node: element("div", {}, note.node, mark.node, problem),
      show(value) {
        id = value.id;
        note.show(value);
        mark.show(value);
      },
    };
  },
};

function noteField(send) {
  const id = freshId();
  const area = element("textarea", { id, rows: "3", maxlength: "10000" });
  let saved = "";
  const save = element("button", { class: "small" }, "Save the note");
  const form = element("form", { class: "note" }, element("label", { for: id }, "Note"), area, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ note: area.value }, "The note is saved.");
  });
  return {
    node: form,
    show({ note }) {
      if (area.value === saved) area.value = note;
      saved = note;
    },
  };
}

function baselineField(send) {
  const button = element("button", { type: "button", class: "small star" });
  const hint = element("span", { class: "hint" });
  let now = { baseline: false };
  button.addEventListener("click", () => send({ baseline: !now.baseline },
    now.baseline ? "The run is no baseline any more." : "The run is the baseline of its name."));
  return {
    node: element("div", { class: "actions baseline" }, button, hint),
    show({ name, baseline, done }) {
      now = { baseline };
      button.hidden = !name;
      button.setAttribute("aria-pressed", String(baseline));
      button.textContent = baseline ? "★ Baseline" : "☆ Make it the baseline";
      button.disabled = !done && !baseline;
      hint.textContent = !name ? "Only a run with a name can be a baseline."
        : baseline ? "Later runs of this name are compared with it."
        : done ? "Then later runs of this name are compared with it." : "Only a completed run can be one.";
    },
  };
}
