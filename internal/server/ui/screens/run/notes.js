// The tab Notes and baseline: a note about the run, and whether later runs of its
// name are compared with it.

import { element, freshId, say } from "../../core/dom.js";
import { explain } from "../../core/problem.js";
import { remark } from "./drawn.js";
import { change } from "./load.js";
import { isLive } from "./view.js";

export const notesTab = {
  key: "notes", name: "Notes and baseline",
  value: (view) => ({
    id: view.id, name: view.run.name, note: view.run.note ?? "", baseline: view.run.baseline, live: isLive(view),
    done: view.run.status === "completed",
  }),
  draw(value, { changed, signal }) {
    const problem = element("p", { class: "error", role: "alert" });
    const send = async (body, done) => {
      problem.textContent = "";
      try {
        changed(await change(value.id, JSON.stringify(body), signal));
        say(done);
      } catch (error) {
        if (signal.aborted) return;
        const { title, detail } = explain(error);
        problem.textContent = `${title}: ${detail}`;
      }
    };
    return [noteField(value, send), ...baselineField(value, send), problem];
  },
};

function noteField({ note }, send) {
  const id = freshId();
  const area = element("textarea", { id, rows: "3", maxlength: "10000" });
  area.value = note;
  const save = element("button", { class: "small" }, "Save the note");
  const form = element("form", { class: "note" }, element("label", { for: id }, "Note"), area, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ note: area.value }, "The note is saved.");
  });
  return form;
}

function baselineField({ name, baseline, done }, send) {
  if (!name) return [remark("Only a run with a name can be a baseline.")];
  const button = element("button", { type: "button", class: "small star", "aria-pressed": String(baseline) },
    baseline ? "★ Baseline" : "☆ Make it the baseline");
  button.disabled = !done && !baseline;
  const after = baseline ? "The run is no baseline any more." : "The run is the baseline of its name.";
  button.addEventListener("click", () => send({ baseline: !baseline }, after));
  const text = baseline ? "Later runs of this name are compared with it."
    : done ? "Then later runs of this name are compared with it." : "Only a completed run can be one.";
  return [element("div", { class: "actions baseline" }, button, element("span", { class: "hint" }, text))];
}
