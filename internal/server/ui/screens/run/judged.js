// The thresholds of a run: each with its value, those that fail first.

import { element, exact, row } from "../../core/dom.js";
import { badgeOf } from "../../core/words.js";
import { drawn } from "./drawn.js";
import { tableOf } from "./table.js";
import { thresholdValue } from "./threshold.js";
import { checksOf, currencyOf } from "./view.js";

/** Returns the thresholds: { node, show }. */
export function judged() {
  const node = element("section", { class: "card" });
  const show = drawn(node, ({ checks, currency, when }) => {
    if (checks.length === 0) return [];
    const rows = [...checks].sort((a, b) => rank(a) - rank(b)).map((check) => row(
      element("code", {}, check.expression),
      check.no_data ? "–" : exact(check.value, thresholdValue(check.expression, check.value, currency)),
      holds(check)));
    return [element("h2", {}, `Thresholds${when}`), tableOf("Thresholds", ["Threshold", "Value", "Holds"], rows)];
  });
  return {
    node,
    show: (view) => show({
      checks: checksOf(view), when: view.result ? "" : ", so far",
      currency: currencyOf(view),
    }),
  };
}

const rank = ({ ok, no_data: noData }) => (ok ? 2 : noData ? 1 : 0);

const holds = (check) => badgeOf(...[["no", "bad"], ["no data", "doubtful"], ["yes", "good"]][rank(check)]);
