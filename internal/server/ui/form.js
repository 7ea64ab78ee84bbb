// The form and the spec that it stands for. Only the service checks the spec; its
// messages about fields are shown at those fields.

import { requestJSON } from "./core/api.js";
import { written } from "./control.js";
import { $ } from "./core/dom.js";
import { start } from "./examples.js";
import { clearErrors, showFieldError } from "./fielderror.js";
import { field } from "./field.js";
import { asNumber, object } from "./core/json.js";
import { filled } from "./lines.js";
import { kindChoice, useKinds } from "./workload.js";

export const form = $("spec");
const fields = ["num_jobs", "concurrency", "rate", "duration", "timeout", "warmup", "seed", "name"];
const numbers = ["num_jobs", "concurrency", "rate", "seed"];
const described = ["arrival", "on_saturation", "stages", "labels", "pricing", "workers", "max_lost_fraction"]; // made from the OpenAPI description
const ofWorkers = ["workers", "max_lost_fraction"]; // of the described ones, those that need workers
const thresholds = form.elements.thresholds;

let workload = null; // the field of the workload; null until the kinds are loaded
let others = []; // [name, field] of the described fields, likewise
let loading = null; // the promise of load, while it runs
let workersMayJoin = false; // whether workers may join the service
let spec = start; // the spec that the form was last filled in with

// loadKinds loads the kinds of job from the service, once.
export function loadKinds() {
  loading ??= load().finally(() => { loading = null; });
  return loading;
}

async function load() {
  if (workload) return;
  const { workloads } = await requestJSON("GET", "/v1/workloads");
  const { components } = await requestJSON("GET", "/openapi.json");
  useKinds(workloads);
  workload = kindChoice("What a job does", field);
  others = described.map((name) => [name, field(components.schemas.Spec.properties[name], name)]);
  fillFields();
  $("workload").replaceChildren(...workload.nodes);
  $("others").replaceChildren(...others.map(([, { node }]) => node));
}

// specText returns the spec as JSON. Numbers stay as typed: a seed may exceed the
// integers of JavaScript.
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

// thresholdLine writes a threshold of a spec on one line. One that can end the
// run is an object.
function thresholdLine(threshold) {
  if (typeof threshold === "string") return threshold;
  const abort = threshold.abort_on_fail ? " abort" : "";
  return threshold.expression + abort + (abort && threshold.after ? ` after ${threshold.after}` : "");
}

// useSpec replaces the contents of the form with a spec.
export function useSpec(given) {
  spec = given;
  clearErrors(form);
  for (const name of fields) form.elements[name].value = spec[name] === undefined ? "" : written(spec[name]);
  thresholds.value = (spec.thresholds ?? []).map(thresholdLine).join("\n");
  form.elements.include_jobs.checked = spec.include_jobs ?? true;
  fillFields();
}

// fillFields fills in the fields that were made from the description.
function fillFields() {
  workload?.set(spec.workload);
  for (const [name, own] of others) own.set(spec[name]);
  hideUseless();
}

// offerWorkers shows the fields that need workers if workers may join the service.
export function offerWorkers(mayJoin) {
  workersMayJoin = mayJoin;
  hideUseless();
}

// hideUseless hides the fields that need workers, if there can be none, except those
// that the spec has.
function hideUseless() {
  for (const [name, { node, json }] of others) {
    if (ofWorkers.includes(name)) node.hidden = !workersMayJoin && json() === undefined;
  }
}

// showFieldErrors shows every message at its field and focuses the first such field of
// the form.
export function showFieldErrors(errors) {
  const messages = new Map();
  for (const { location, message } of errors) {
    const { control, line } = find(location);
    if (control) messages.set(control, [...(messages.get(control) ?? []), line ? `Line ${line}: ${message}` : message]);
  }
  for (const [control, list] of messages) showFieldError(control, list.join("\n"));
  form.querySelector("[aria-invalid]")?.focus();
}

// find returns the control, and the line in it, of a location such as
// body.thresholds[1] or body.workload.parts[0].weight.
function find(location) {
  const [body, name, ...rest] = location.match(/[^.[\]]+/g) ?? [];
  if (body !== "body") return {};
  if (name === "workload") return workload?.find(rest) ?? {};
  if (name === "thresholds") return { control: thresholds, line: filled(thresholds)[rest[0]]?.line };
  if (fields.includes(name)) return { control: form.elements[name] };
  return others.find(([known]) => known === name)?.[1].find(rest) ?? {};
}
