// The part of the form for what most runs do without: how the run is found, what
// is not judged, what it costs and where it runs.

import { element } from "../../core/dom.js";
import { object } from "../../core/json.js";
import { checkInput, numberInput, textInput } from "./control.js";
import { textLines } from "./lines.js";
import { placementFields } from "./placement.js";

/** Returns the part: { node, pairs, set, find, offerWorkers }. */
export function detailsPart() {
  const name = textInput({ label: "Name", name: "name", hint: "Runs of one name have a trend and a baseline." });
  const labels = textLines({ label: "Labels", name: "labels", hint: "For finding and comparing runs, one a line." },
    "branch: main");
  const warmup = textInput({ label: "Warm-up", name: "warmup", hint: "Jobs that start in it are not judged." },
    { placeholder: "none" });
  const timeout = textInput({ label: "Timeout of a job", name: "timeout" }, { placeholder: "none" });
  const seed = numberInput({ label: "Seed", name: "seed", hint: "What random parameters are drawn from." },
    { placeholder: "a new one", inputmode: "numeric" });
  const records = checkInput({ label: "Keep a record of every job", name: "include_jobs",
    hint: "For downloads as CSV, NDJSON and Parquet." });
  const perSecond = numberInput({ label: "A second of service time", name: "per_second" }, { placeholder: "0.001" });
  const perJob = numberInput({ label: "A job", name: "per_job" }, { placeholder: "0" });
  const currency = textInput({ label: "Currency", name: "currency" },
    { placeholder: "USD", autocapitalize: "characters" });
  const workers = placementFields();
  const simple = { name, labels, warmup, timeout, seed, include_jobs: records };
  const price = { per_second: perSecond, per_job: perJob, currency };
  const more = fold("More", "seed, price, timeout, records", [
    element("div", { class: "pairs" }, timeout.node, seed.node),
    element("fieldset", { class: "group price" }, element("legend", {}, "Price"),
      element("div", { class: "triple" }, perSecond.node, perJob.node, currency.node)),
    records.node, workers.node]);
  let offered = false;
  const show = () => { workers.node.hidden = !offered && !workers.isGiven(); };
  show();
  return {
    node: element("section", { class: "card part" }, element("h2", {}, "Run"),
      element("div", { class: "pairs" }, name.node, warmup.node, labels.node), more),
    pairs() {
      const prices = Object.entries(price).map(([key, own]) => [key, own.json()]);
      return [...Object.entries(simple).map(([key, own]) => [key, own.json()]),
        ["pricing", prices.some(([, json]) => json !== undefined) ? object(prices) : undefined], ...workers.pairs()];
    },
    set(spec) {
      for (const [key, own] of Object.entries(simple)) own.set(spec[key]);
      records.set(spec.include_jobs ?? true);
      for (const [key, own] of Object.entries(price)) own.set(spec.pricing?.[key]);
      workers.set(spec);
      more.open = ["seed", "timeout", "pricing", "workers"].some((key) => spec[key] !== undefined);
      show();
    },
    find([field, ...rest]) {
      if (field === "pricing") return (price[rest[0]] ?? perSecond).find();
      return simple[field]?.find(rest) ?? workers.find([field, ...rest]);
    },
    offerWorkers() {
      offered = true;
      more.querySelector(".unit").textContent = "seed, price, timeout, records, workers";
      show();
    },
  };
}

// fold returns a closed details element.
const fold = (title, hint, nodes) => element("details", { class: "more" },
  element("summary", {}, `${title} `, element("span", { class: "unit" }, hint)),
  element("div", { class: "members" }, ...nodes));
