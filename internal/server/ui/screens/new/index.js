// The screen New run: #/new, or #/new?from=ID to begin as a run did.

import { request, requestJSON } from "../../core/api.js";
import { element, say } from "../../core/dom.js";
import { member } from "../../core/json.js";
import { notice } from "../../core/problem.js";
import { copiesCard } from "./copies.js";
import { dropDraft, keepDraft, readDraft, start } from "./draft.js";
import { nameOf } from "./errors.js";
import { specForm } from "./form.js";
import { isWanted } from "./placement.js";
import { previewCard } from "./preview.js";
import { submitter } from "./submit.js";

/**
 * Draws the form of a new run.
 * @param {HTMLElement} root
 * @param {{ query: URLSearchParams, ready: () => void, signal: AbortSignal }} context
 */
export async function screen(root, { query, ready, signal }) {
  document.title = "New run – Aurea";
  const from = query.get("from") ?? "";
  const [{ workloads }, first] = await Promise.all([
    requestJSON("GET", "/v1/workloads", { signal }), firstSpec(from, signal),
  ]);
  if (signal.aborted) return;
  const form = specForm(workloads);
  fill(form, first);
  const problem = element("div", {});
  const preview = previewCard(form, signal);
  const copies = copiesCard();
  const button = element("button", { class: "primary", form: "spec" }, "Start the run");
  const over = element("button", { type: "button" }, "Start over");
  root.append(element("div", { class: "new" }, heading(from),
    element("div", { class: "columns" }, form.node,
      element("div", { class: "beside" }, preview.node, problem, element("div", { class: "actions" }, button, over),
        copies.node))));
  ready();

  let origin = from;
  const keep = () => {
    keepDraft(form.draft(), form.text(), origin);
    copies.update(form.draft());
  };
  const changed = () => {
    keep();
    preview.update();
    if (!form.node.querySelector("[aria-invalid]")) problem.replaceChildren();
  };
  for (const kind of ["input", "change"]) form.node.addEventListener(kind, changed);
  form.node.addEventListener("read", keep);
  form.node.addEventListener("focusout", preview.update);
  over.addEventListener("click", () => {
    dropDraft();
    if (location.hash !== "#/new") {
      location.hash = "#/new";
      return;
    }
    form.set(start);
    problem.replaceChildren();
    preview.update();
    copies.update(form.draft());
    form.focus();
  });
  const submit = submitter();
  form.node.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  async function send() {
    button.setAttribute("aria-busy", "true");
    button.textContent = "Starting…";
    problem.replaceChildren();
    try {
      await form.read(signal);
      form.check();
      const run = await submit(form.json(), signal);
      keepDraft(form.draft(), form.text(), "");
      say(run.queue_position > 0 ? `Queued at place ${run.queue_position}.` : "Started.");
      location.hash = `#/runs/${encodeURIComponent(run.id)}`;
    } catch (error) {
      if (signal.aborted) return;
      problem.replaceChildren(refusal(error, form, send));
    } finally {
      button.removeAttribute("aria-busy");
      button.textContent = "Start the run";
    }
  }

  preview.update();
  copies.update(form.draft());
  offerWorkers(form, signal);
}

// firstSpec returns the spec that the form begins with: the draft, that of a run, or
// a simple one. A draft that began as another run gives way.
async function firstSpec(from, signal) {
  const draft = readDraft();
  if (draft && (from === "" || draft.from === from)) return draft;
  if (from === "") return { spec: start };
  const response = await request("GET", `/v1/runs/${encodeURIComponent(from)}`, { signal });
  return { spec: member(await response.text(), "spec") };
}

// fill fills in the form. A draft that is no spec gives way to a simple one.
/**
 * @param {object} form
 * @param {{ spec: string, text?: string }} first
 */
function fill(form, { spec, text }) {
  try {
    form.set(spec, text);
  } catch {
    dropDraft();
    form.set(start);
  }
}

const heading = (from) => element("header", {}, element("h1", {}, "New run"), ...(from ? [
  element("p", { class: "hint" }, "Begun with the spec of ",
    element("a", { href: `#/runs/${encodeURIComponent(from)}` }, element("bdi", {}, from)), ".")] : []));

// refusal shows the messages of an error at their fields, and returns a notice of
// what is wrong.
function refusal(error, form, again) {
  const errors = error.errors ?? [];
  const { fields, rest } = form.showErrors(errors);
  if (fields.length === 0) return notice(error, again);
  const items = fields.map(([control, messages]) => element("li", {},
    element("a", { href: "#/new", "data-for": control.id }, nameOf(control)), `: ${messages.join(" ")}`));
  const list = element("ul", {}, ...items, ...rest.map((text) => element("li", {}, text)));
  list.addEventListener("click", (event) => {
    const { for: id } = event.target instanceof HTMLElement ? event.target.dataset : {};
    if (!id) return;
    event.preventDefault();
    document.getElementById(id)?.focus();
  });
  const count = fields.length + rest.length;
  return element("div", { class: "card notice bad", role: "alert" },
    element("h2", {}, count === 1 ? "One thing is to be mended" : `${count} things are to be mended`), list);
}

// offerWorkers shows the fields that need workers if workers may join the service.
async function offerWorkers(form, signal) {
  try {
    if (isWanted(await requestJSON("GET", "/v1/workers", { signal }))) form.offerWorkers();
  } catch { /* the form works without it */ }
}
