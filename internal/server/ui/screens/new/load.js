// The load of a run: all at once, so many in flight, a rate, or stages.

import { element, freshId } from "../../core/dom.js";
import { choiceInput, numberInput, textInput } from "./control.js";
import { stagesField } from "./stages.js";

const modes = [
  ["burst", "All at once", "Every job starts at the same moment."],
  ["closed", "In flight", "So many jobs at a time: the next one starts when one ends."],
  ["open", "Rate", "So many jobs a second, whether or not earlier ones have ended."],
  ["stages", "Stages", "The load changes over time, in ramps."],
];

const example = [{ duration: "10s", rate: 50 }, { duration: "30s", rate: 50 }, { duration: "10s", rate: 0 }];

/**
 * Returns the form of load of a spec.
 * @param {object} spec
 */
export function modeOf(spec) {
  if (spec.stages !== undefined) return "stages";
  if (spec.rate !== undefined) return "open";
  return spec.concurrency !== undefined || spec.duration !== undefined ? "closed" : "burst";
}

/**
 * Returns the part of the form that says the load: { node, pairs, set, find }. Pairs
 * are the members of the spec.
 */
export function loadPart() {
  const fields = {
    num_jobs: numberInput({ label: "Jobs", name: "num_jobs" }),
    concurrency: numberInput({ label: "Jobs in flight", name: "concurrency" }),
    rate: numberInput({ label: "Rate", unit: "jobs/s", name: "rate" }),
    duration: textInput({ label: "Start jobs for", name: "duration" }),
    arrival: choiceInput({ label: "Arrivals", name: "arrival", hint: "How the starts of the jobs are spaced." },
      [["", "evenly spaced"], ["constant", "evenly spaced (constant)"], ["poisson", "at random (Poisson)"]]),
    on_saturation: choiceInput({ label: "With no place free", name: "on_saturation",
      hint: "What a job does that is due while as many are in flight as may be." },
    [["", "it waits, which counts as latency"], ["wait", "it waits (wait)"], ["drop", "it is dropped"]]),
  };
  const unit = choiceInput({ label: "Stages of", name: "unit" },
    [["rate", "jobs a second"], ["concurrency", "jobs in flight"]]);
  const stages = stagesField(() => unit.control.value);
  const name = freshId();
  const radios = modes.map(([value]) => element("input", { type: "radio", name, value, id: freshId() }));
  const hint = element("p", { class: "hint" });
  const body = element("div", { class: "pairs" });
  const more = element("details", { class: "more" }, element("summary", {}), element("div", { class: "pairs" }));
  const mode = () => radios.find(({ checked }) => checked).value;
  const open = () => mode() === "open" || (mode() === "stages" && unit.control.value === "rate");

  // show shows the fields of the mode, and what they mean in it.
  function show() {
    hint.textContent = modes.find(([value]) => value === mode())[2];
    const { nodes, folded } = layout();
    body.replaceChildren(...nodes);
    more.hidden = folded.length === 0;
    const about = open() ? "limits, arrivals" : "limits";
    more.firstElementChild.replaceChildren("More ", element("span", { class: "unit" }, about));
    more.lastElementChild.replaceChildren(...folded);
    stages.number();
  }

  // layout returns the fields of the mode with their labels, and those that are
  // folded.
  function layout() {
    const is = (field, label, placeholder = "") => {
      field.node.querySelector("label").firstChild.textContent = label;
      if (field.control.matches("input")) field.control.placeholder = placeholder;
      return field.node;
    };
    const { num_jobs: jobs, concurrency, rate, duration, arrival, on_saturation: saturated } = fields;
    const limit = [is(concurrency, "In flight at most", "no limit"), saturated.node, arrival.node];
    switch (mode()) {
    case "burst":
      return { nodes: [is(jobs, "Jobs", "100")], folded: [] };
    case "closed":
      return { nodes: [is(concurrency, "Jobs in flight", "10"), is(duration, "Start jobs for", "such as 30s"),
        is(jobs, "Jobs in all", "no limit")], folded: [] };
    case "open":
      return { nodes: [is(rate, "Rate", "100"), is(duration, "Start jobs for", "such as 30s"),
        is(jobs, "Jobs in all", "no limit")], folded: limit };
    default: {
      const ends = [is(duration, "End after", "the last stage"), is(jobs, "Jobs in all", "no limit")];
      const from = open() ? is(rate, "From", "0") : is(concurrency, "From", "0");
      return { nodes: [unit.node, from, stages.node], folded: [...(open() ? limit : []), ...ends] };
    }
    }
  }

  let before = "burst"; // the mode

  // propose fills in what the chosen mode needs and is blank. What stands in the
  // fields and means something else there is removed.
  function propose() {
    const blank = (field) => field.json() === undefined;
    const { num_jobs: jobs, concurrency, rate, duration, arrival, on_saturation: saturated } = fields;
    if (mode() === "stages") {
      for (const field of [jobs, duration, rate]) field.set();
      if (stages.isBlank()) stages.set(example);
    }
    if (before !== "open" && before !== mode()) for (const field of [concurrency, arrival, saturated]) field.set();
    if (mode() === "open" && blank(rate)) rate.set(50);
    if (mode() === "closed" && blank(concurrency)) concurrency.set(10);
    if (mode() !== "stages" && blank(jobs) && (mode() === "burst" || blank(duration))) {
      if (mode() === "burst") jobs.set(100);
      else duration.set("10s");
    }
    before = mode();
  }

  for (const radio of radios) radio.addEventListener("change", () => {
    propose();
    show();
  });
  unit.control.addEventListener("change", () => {
    show();
    unit.control.focus();
  });
  radios[0].checked = true;
  stages.set();
  show();

  const shown = () => Object.keys(fields).filter((field) => fields[field].node.parentElement !== null);
  return {
    node: element("section", { class: "card part" }, element("h2", {}, "Load"), choices(radios), hint, body, more),
    pairs: () => [...shown().map((field) => [field, fields[field].json()]),
      ...(mode() === "stages" ? [["stages", stages.json()]] : [])],
    set(spec) {
      for (const radio of radios) radio.checked = radio.value === modeOf(spec);
      for (const [field, own] of Object.entries(fields)) own.set(spec[field]);
      unit.set(spec.stages?.some(({ concurrency }) => concurrency !== undefined) ? "concurrency" : "rate");
      stages.set(spec.stages);
      before = mode();
      show();
      more.open = folded(spec, open());
    },
    focus: () => radios.find(({ checked }) => checked).focus(),
    find([field, ...rest]) {
      if (field === "stages") return mode() === "stages" ? stages.find(rest) : {};
      return shown().includes(field) ? fields[field].find(rest) : {};
    },
  };
}

// folded reports whether a spec has a member whose field is folded.
function folded(spec, open) {
  const limits = ["concurrency", "arrival", "on_saturation"];
  const ends = spec.stages === undefined ? [] : ["duration", "num_jobs"];
  return [...(open ? limits : []), ...ends].some((name) => spec[name] !== undefined);
}

// choices returns the choice of a mode.
function choices(radios) {
  return element("fieldset", { class: "choices" }, element("legend", { class: "unseen" }, "How jobs start"),
    ...radios.map((radio, i) => element("label", { for: radio.id }, radio, element("span", {}, modes[i][1]))));
}
