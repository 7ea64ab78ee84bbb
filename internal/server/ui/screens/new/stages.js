// The stages of a load: rows of a duration and of the load at its end.

import { element, freshId } from "../../core/dom.js";
import { asNumber, object } from "../../core/json.js";
import { asTyped, written } from "./control.js";
import { rowList, smallButton } from "./rows.js";

/**
 * Returns the field of the stages. unit returns what their loads are: rate or
 * concurrency.
 * @param {() => string} unit
 */
export function stagesField(unit) {
  // number names every control by its stage and says what its load is.
  const number = (given) => {
    const load = unit() === "rate" ? "jobs/s" : "in flight";
    for (const [i, { node: item, duration, load: level, remove }] of given.entries()) {
      duration.setAttribute("aria-label", `Stage ${i + 1}: duration`);
      level.setAttribute("aria-label", `Stage ${i + 1}: ${load} at its end`);
      remove.setAttribute("aria-label", `Remove stage ${i + 1}`);
      item.querySelector(".unit").textContent = load;
      remove.hidden = given.length === 1;
    }
  };
  const { list, adding, rows, set } = rowList({
    name: "rows stages", add: "Add a stage", make: stageRow, number,
    propose: (given) => ({ duration: given.at(-1)?.duration.value }),
  });
  const node = element("fieldset", { class: "field group", id: freshId(), tabindex: "-1", "data-name": "stages" },
    element("legend", {}, "Stages"),
    element("p", { class: "hint" }, "One ramp after the other, each from where the last one ended."), list, adding);
  return {
    node,
    number: () => number(rows()),
    isBlank: () => rows().every(({ duration, load }) => duration.value + load.value === ""),
    json: () => `[${rows().map(({ duration, load }) => object([
      ["duration", duration.value.trim() ? JSON.stringify(duration.value.trim()) : undefined],
      [unit(), load.value.trim() ? asNumber(load.value.trim()) : undefined],
    ])).join(",")}]`,
    set: (stages = []) => set(stages.length > 0 ? stages : [{}]),
    /** @param {string[]} path */
    find([index, name]) {
      const row = rows()[index];
      if (!row) return { control: node };
      return { control: name === "duration" ? row.duration : row.load };
    },
  };
}

/** @param {{ duration?: string, rate?: number, concurrency?: number }} stage */
function stageRow({ duration: length = "", rate, concurrency }) {
  const input = (name, attributes) =>
    element("input", { ...asTyped, id: freshId(), "data-name": name, ...attributes });
  const duration = input("duration", { placeholder: "30s" });
  const load = input("load", { placeholder: "100", inputmode: "decimal" });
  const remove = smallButton("Remove", "quiet");
  duration.value = length;
  load.value = written(rate ?? concurrency ?? "");
  const node = element("li", {}, labelledCell("Over", duration), labelledCell("to", load), remove);
  return { node, first: load, duration, load, remove };
}

// labelledCell returns a control with a word before it; its name is its own.
const labelledCell = (word, control) => element("div", { class: "field" }, element("span", { class: "cell" },
  element("span", { class: "hint" }, word), control, ...(word === "to" ? [element("span", { class: "unit" })] : [])));
