// The part of the form that says how a run is judged: thresholds built by choice.

import { element, freshId } from "../../core/dom.js";
import { asTyped } from "./control.js";
import { rowList, smallButton } from "./rows.js";
import { metrics, operators, partsOf, thresholdJSON, unitsOf } from "./threshold.js";

const stops = [
  ["", "judge at the end"], ["at once", "stop when it fails"], ["after", "stop, but not before"],
];
const words = { "<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "exactly", "!=": "other than" };
const unitNames = { "": "share", m: "min", us: "µs" };

/** Returns the part of the form for thresholds: { node, pairs, set, find }. */
export function judgePart() {
  const none = element("p", { class: "hint" },
    "Without a threshold the run is measured, and neither passes nor fails.");
  const { list, adding, rows, set } = rowList({
    name: "rows thresholds", add: "Add a threshold", make: thresholdRow,
    propose: (given) => ({ operator: "<", stop: "", after: "", ...(given.length === 0
      ? { metric: "p99", value: "250", unit: "ms" } : { metric: "error_rate", value: "1", unit: "%" }) }),
    number(given) {
      none.hidden = given.length > 0;
      for (const [i, row] of given.entries()) row.name(`Threshold ${i + 1}`);
    },
  });
  return {
    node: element("section", { class: "card part judge" }, element("h2", {}, "Judge"), none, list, adding),
    pairs: () => [["thresholds", rows().length > 0 ? `[${rows().map((row) => row.json()).join(",")}]` : undefined]],
    set: ({ thresholds = [] }) => set(thresholds.map(partsOf)),
    find([field, index, name]) {
      if (field !== "thresholds") return {};
      const row = rows()[index];
      return { control: row ? (name === "after" ? row.after : row.value()) : adding };
    },
  };
}

// thresholdRow returns a row: a metric, a comparison, a value with its unit, and
// what happens when it fails. Another expression is a text.
function thresholdRow(parts) {
  const select = (options) => element("select", { id: freshId() },
    ...options.map(([value, label]) => element("option", { value }, label)));
  const input = (attributes) => element("input", { ...asTyped, id: freshId(), ...attributes });
  const metric = select([...metrics.map(([name, label]) => [name, label]), ["", "Another expression"]]);
  const operator = select(operators.map((sign) => [sign, `${words[sign]} (${sign})`]));
  const value = input({ inputmode: "decimal", class: "value" });
  const unit = select([]);
  const text = input({ placeholder: "parts.search.p99 < 250ms" });
  const stop = select(stops);
  const after = input({ placeholder: "5s", class: "value" });
  const remove = smallButton("Remove", "quiet");
  const cell = (...controls) => element("div", { class: "field" }, element("span", { class: "cell" }, ...controls));
  const chosen = cell(operator, value, unit);
  const own = cell(text);
  const node = element("li", {}, cell(metric), chosen, own, cell(stop, after), remove);
  metric.value = parts.metric;
  operator.value = parts.operator ?? "<";
  value.value = parts.value ?? "";
  text.value = parts.text ?? "";
  stop.value = parts.stop;
  after.value = parts.after;

  function show(wanted = unit.value) {
    const units = unitsOf(metric.value);
    unit.replaceChildren(...units.map((one) => element("option", { value: one }, unitNames[one] ?? one)));
    unit.value = units.includes(wanted) ? wanted : units[0];
    unit.hidden = units.length < 2;
    chosen.hidden = metric.value === "";
    own.hidden = metric.value !== "";
    after.hidden = stop.value !== "after";
  }
  metric.addEventListener("change", () => show());
  stop.addEventListener("change", () => show());
  show(parts.unit);
  /** @type {[HTMLElement, string][]} */
  const controls = [
    [metric, "metric"], [operator, "comparison"], [value, "value"], [unit, "unit"], [text, "expression"],
    [stop, "when it fails"], [after, "not before"],
  ];
  return {
    node, first: metric, after, remove,
    value: () => (metric.value ? value : text),
    name(title) {
      for (const [control, name] of controls) control.setAttribute("aria-label", `${title}: ${name}`);
      remove.setAttribute("aria-label", `Remove ${title.toLowerCase()}`);
    },
    json: () => thresholdJSON({
      metric: metric.value, operator: operator.value, value: value.value.trim(), unit: unit.value,
      text: text.value.trim(), stop: stop.value, after: after.value.trim(),
    }),
  };
}
