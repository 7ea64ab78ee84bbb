// The stages of a load: rows of a duration and of the load at its end.

import { element, freshId } from "../../core/dom.js";
import { asNumber, object } from "../../core/json.js";
import { asTyped, written } from "./control.js";

/**
 * Returns the field of the stages. unit returns what their loads are: rate or
 * concurrency.
 * @param {() => string} unit
 */
export function stagesField(unit) {
  let rows = []; // { node, duration, load, remove }
  const list = element("ol", { class: "rows stages" });
  const adding = element("button", { type: "button", class: "small" }, "Add a stage");
  const node = element("fieldset", { class: "field group", id: freshId(), tabindex: "-1", "data-name": "stages" },
    element("legend", {}, "Stages"),
    element("p", { class: "hint" }, "One ramp after the other, each from where the last one ended."), list, adding);

  /** @param {{ duration?: string, rate?: number, concurrency?: number }} stage */
  function add({ duration = "", rate, concurrency } = {}) {
    const input = (name, attributes) =>
      element("input", { ...asTyped, id: freshId(), "data-name": name, ...attributes });
    const row = {
      duration: input("duration", { placeholder: "30s" }),
      load: input("load", { placeholder: "100", inputmode: "decimal" }),
      remove: element("button", { type: "button", class: "small quiet" }, "Remove"),
    };
    row.duration.value = duration;
    row.load.value = written(rate ?? concurrency ?? "");
    row.node = element("li", {}, labelledCell("Over", row.duration), labelledCell("to", row.load), row.remove);
    row.remove.addEventListener("click", () => {
      const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
      rows = rows.filter((other) => other !== row);
      row.node.remove();
      number();
      (next?.remove ?? adding).focus();
      node.dispatchEvent(new Event("input", { bubbles: true }));
    });
    rows.push(row);
    list.append(row.node);
    number();
    return row;
  }

  // number names every control by its stage and says what its load is.
  function number() {
    const load = unit() === "rate" ? "jobs/s" : "in flight";
    for (const [i, { node: item, duration, load: level, remove }] of rows.entries()) {
      duration.setAttribute("aria-label", `Stage ${i + 1}: duration`);
      level.setAttribute("aria-label", `Stage ${i + 1}: ${load} at its end`);
      remove.setAttribute("aria-label", `Remove stage ${i + 1}`);
      item.querySelector(".unit").textContent = load;
      remove.hidden = rows.length === 1;
    }
  }

  adding.addEventListener("click", () => {
    add({ duration: rows.at(-1)?.duration.value }).load.focus();
    node.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return {
    node, number,
    isBlank: () => rows.every(({ duration, load }) => duration.value + load.value === ""),
    json: () => `[${rows.map(({ duration, load }) => object([
      ["duration", duration.value.trim() ? JSON.stringify(duration.value.trim()) : undefined],
      [unit(), load.value.trim() ? asNumber(load.value.trim()) : undefined],
    ])).join(",")}]`,
    set(stages = []) {
      for (const row of rows) row.node.remove();
      rows = [];
      for (const stage of stages.length > 0 ? stages : [{}]) add(stage);
    },
    /** @param {string[]} path */
    find([index, name]) {
      const row = rows[index];
      if (!row) return { control: node };
      return { control: name === "duration" ? row.duration : row.load };
    },
  };
}

// labelledCell returns a control with a word before it; its name is its own.
const labelledCell = (word, control) => element("div", { class: "field" }, element("span", { class: "cell" },
  element("span", { class: "hint" }, word), control, ...(word === "to" ? [element("span", { class: "unit" })] : [])));
