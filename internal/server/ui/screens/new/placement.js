// Which workers run the jobs.

import { element } from "../../core/dom.js";
import { object } from "../../core/json.js";
import { choiceInput, numberInput } from "./control.js";
import { textLines } from "./lines.js";

/** Returns the fields of a placement: { node, pairs, set, find, isGiven }. */
export function placementFields() {
  const which = choiceInput({ label: "Workers", name: "workers" }, [
    ["", "All that are ready, or the service itself"], ["all", "All that are ready; at least one"],
    ["local", "None: the service itself"], ["some", "So many, or those with labels"],
  ]);
  const count = numberInput({ label: "How many", name: "count" }, { placeholder: "all that are ready" });
  const labels = textLines({ label: "With the labels", name: "worker-labels" }, "zone: a");
  const lost = numberInput({ label: "Load that may be lost", unit: "share", name: "max_lost_fraction",
    hint: "With workers that go away, before the run fails." }, { placeholder: "0" });
  const some = element("div", { class: "pairs" }, count.node, labels.node);
  const show = () => { some.hidden = which.control.value !== "some"; };
  which.control.addEventListener("change", show);
  show();

  function json() {
    if (which.control.value !== "some") return which.json();
    const [number, chosen] = [count.json(), labels.json()];
    if (chosen === undefined && number !== undefined) return number;
    return object([["count", number], ["labels", chosen]]);
  }

  return {
    node: element("div", { class: "members workers" }, which.node, some, lost.node),
    isGiven: () => json() !== undefined || lost.json() !== undefined,
    pairs: () => [["workers", json()], ["max_lost_fraction", lost.json()]],
    set({ workers, max_lost_fraction: fraction }) {
      const selection = typeof workers === "object" ? workers : { count: workers };
      const word = ["all", "local"].includes(workers) ? workers : workers === undefined ? "" : "some";
      which.set(word);
      count.set(word === "some" ? selection.count : undefined);
      labels.set(word === "some" ? selection.labels : undefined);
      lost.set(fraction);
      show();
    },
    /** @param {string[]} path */
    find([field, name, ...rest]) {
      if (field === "max_lost_fraction") return lost.find();
      if (field !== "workers") return {};
      if (which.control.value !== "some") return which.find();
      return name === "labels" ? labels.find(rest) : count.find();
    },
  };
}

// isWanted reports whether workers may join a service, as its list says.
export const isWanted = ({ broker, workers }) => broker || workers.length > 0;

