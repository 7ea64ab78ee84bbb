// The form: what it holds becomes a spec. Rules about the spec are the service's
// alone; what it says about a field is shown at that field.

import { askFor } from "./api.js";
import { written } from "./control.js";
import { $ } from "./dom.js";
import { start } from "./examples.js";
import { clearErrors, markWrong } from "./fielderror.js";
import { field } from "./field.js";
import { asNumber, object } from "./json.js";
import { filled } from "./lines.js";
import { kindChoice, useKinds } from "./workload.js";

export const form = $("spec");
const fields = ["num_jobs", "concurrency", "rate", "duration", "timeout", "warmup", "seed", "name"];
const numbers = ["num_jobs", "concurrency", "rate", "seed"];
const described = ["arrival", "on_saturation", "stages", "labels", "pricing"]; // made of what the API says of them
const thresholds = form.elements.thresholds;

let workload = null; // the choice of what a job does, once the kinds are known
let others = []; // [name, field] of those that are described, likewise
let loading = null; // the promise of them, while they are asked for
let spec = start; // what the form was last filled in with

// loadKinds asks the service which kinds of job there are, until it knows.
export function loadKinds() {
  loading ??= load().finally(() => { loading = null; });
  return loading;
}

async function load() {
  if (workload) return;
  const { workloads } = await askFor("GET", "/v1/workloads");
  const { components } = await askFor("GET", "/openapi.json");
  useKinds(workloads);
  workload = kindChoice("What a job does", field);
  others = described.map((name) => [name, field(components.schemas.Spec.properties[name], name)]);
  setMade();
  $("workload").replaceChildren(...workload.nodes);
  $("others").replaceChildren(...others.map(([, { node }]) => node));
}

// specText writes the spec as JSON. Numbers go as they were typed: a seed may be
// longer than JavaScript can count.
export function specText() {
  return object([
    ["workload", workload ? object(workload.pairs()) : undefined],
    ...fields.map((name) => [name, typed(name)]),
    ["thresholds", thresholdsText()],
    ...others.map(([name, own]) => [name, own.json()]),
    ["include_jobs", String(form.elements.include_jobs.checked)],
  ]);
}

function typed(name) {
  const value = form.elements[name].value.trim();
  if (value === "") return undefined;
  return numbers.includes(name) ? asNumber(value) : JSON.stringify(value);
}

function thresholdsText() {
  const lines = filled(thresholds).map(({ text }) => text);
  return lines.length > 0 ? JSON.stringify(lines) : undefined;
}

// useSpec fills the form in with a spec, and nothing else.
export function useSpec(given) {
  spec = given;
  clearErrors(form);
  for (const name of fields) form.elements[name].value = spec[name] === undefined ? "" : written(spec[name]);
  thresholds.value = (spec.thresholds ?? []).join("\n");
  form.elements.include_jobs.checked = spec.include_jobs ?? true;
  setMade();
}

// setMade fills in the fields that were made.
function setMade() {
  workload?.set(spec.workload);
  for (const [name, own] of others) own.set(spec[name]);
}

// showFieldErrors puts every message at its field and the focus on the first of
// them, in the order of the form.
export function showFieldErrors(errors) {
  const messages = new Map();
  for (const { location, message } of errors) {
    const { control, line } = find(location);
    if (control) messages.set(control, [...(messages.get(control) ?? []), line ? `Line ${line}: ${message}` : message]);
  }
  for (const [control, list] of messages) markWrong(control, list.join("\n"));
  form.querySelector("[aria-invalid]")?.focus();
}

// find is the control, and the line in it, of a location such as
// body.thresholds[1] or body.workload.parts[0].weight.
function find(location) {
  const [body, name, ...rest] = location.match(/[^.[\]]+/g) ?? [];
  if (body !== "body") return {};
  if (name === "workload") return workload?.find(rest) ?? {};
  if (name === "thresholds") return { control: thresholds, line: filled(thresholds)[rest[0]]?.line };
  if (fields.includes(name)) return { control: form.elements[name] };
  return others.find(([known]) => known === name)?.[1].find(rest) ?? {};
}
