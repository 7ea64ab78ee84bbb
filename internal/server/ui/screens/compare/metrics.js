// The table of a comparison's metrics: a row each, with its difference drawn.

import { element, exact, unseen } from "../../core/dom.js";
import { reach, whisker } from "../../figures/whisker.js";
import { signed } from "./metric.js";
import { rowsOf, withinOf } from "./verdict.js";

/** @typedef {import("../../types").Comparison} Comparison */

const relevantErrors = 0.001; // the difference in error rate that matters

/**
 * Returns the table of all metrics.
 * @param {Comparison} c
 */
export function metricsTable(c) {
  const rows = rowsOf(c);
  const draw = drawing(rows, c.threshold);
  const header = [[unseen("Metric"), ""], ["Base", ""], ["Head", ""], ["Change", ""], [draw.scale, "drawn"], ["p", "p"],
    ["Runs", "n"], [unseen("Verdict"), "mark"]];
  return scrolled("Metrics", element("table", { class: "metrics" }, head(header), element("tbody", {}, ...rows.map((row) => {
    const side = (name, value) => element("td", { class: "value", "data-term": name }, ...valueOf(value));
    return element("tr", { class: row.mood, "data-metric": row.metric }, name(row),
      side("base", row.base), side("head", row.head),
      changeCell(row), cell("drawn", draw(row)), cell("p", pOf(row)), cell("n", row.n), cell("mark", badgeOf(row)));
  }))));
}

/**
 * Returns the table of what the series of two single runs say; null without one.
 * @param {Comparison} c
 */
export function withinTable(c) {
  const rows = withinOf(c);
  if (rows.length === 0) return null;
  const draw = drawing(rows, c.threshold);
  const header = [[unseen("Metric"), ""], ["Change", ""], [draw.scale, "drawn"], [unseen("Verdict"), "mark"]];
  return scrolled("Within these two runs", element("table", { class: "metrics within" }, head(header),
    element("tbody", {}, ...rows.map((row) => element("tr", { class: row.mood, "data-metric": row.metric }, name(row),
      changeCell(row), cell("drawn", draw(row)), cell("mark", badgeOf(row)))))));
}

const scrolled = (label, table) => element("div", { class: "wide", role: "region", "aria-label": label, tabindex: "0" }, table);

const head = (header) => element("thead", {}, element("tr", {}, ...header.map(([text, name]) =>
  element("th", { scope: "col", ...(name && { class: name }) }, text))));

const cell = (name, content) => element("td", { class: name }, content);

const name = ({ label }) => element("th", { scope: "row" }, label);

const pOf = ({ p }) => (p === null ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));

const valueOf = ({ text, value, range }) => [value === undefined ? text : exact(value, text),
  ...(range ? [element("span", { class: "below" }, range)] : [])];

/** @param {{ change: string, interval: string, observed?: string }} row */
function changeCell({ change, interval, observed }) {
  const title = observed ? { title: `${observed} was observed, which may be chance` } : {};
  return element("td", { class: "change", "data-term": "change" }, element("b", title, change),
    ...(interval ? [element("span", { class: "below" }, interval)] : []));
}

function badgeOf({ verdict, mood }) {
  if (verdict === "") return element("span", { class: "unseen" }, "no evidence");
  return element("span", { class: `badge ${mood}` }, verdict);
}

// drawing returns a function that draws a row's whisker. Relative differences
// share one scale, which the header has; those of shares have one of their own.
// A wide interval without evidence, or of a metric that is not judged, is cut off
// before it flattens the others.
function drawing(rows, threshold) {
  const ends = (all) => {
    const known = all.filter(({ mood }) => mood !== "unknown");
    const some = known.length ? known : all.filter(({ drawn }) => drawn.low !== undefined);
    return some.flatMap(({ drawn }) => [drawn.low, drawn.value, drawn.high]);
  };
  const relative = rows.filter(({ unit }) => unit !== "share");
  const limit = reach(ends(relative.filter(({ judged }) => judged)), Math.max(2 * threshold, 0.01));
  const points = reach(ends(rows.filter(({ unit }) => unit === "share")), 5 * relevantErrors);
  const draw = ({ drawn, mood, unit }) => {
    if (drawn.low === undefined && mood === "unknown") return "";
    const share = unit === "share";
    const drawing = whisker(drawn, { limit: share ? points : limit, relevant: share ? relevantErrors : threshold, mood });
    if (!share) return drawing;
    return element("div", {}, drawing, element("span", { class: "below ends" },
      element("span", {}, signed(unit, -points).replace("\u00a0points", "")), element("span", {}, signed(unit, points))));
  };
  const drawn = relative.some(({ drawn: { low }, mood }) => low !== undefined || mood !== "unknown");
  draw.scale = !drawn ? unseen("Interval") : element("span", { class: "ends" }, element("span", {}, signed("", -limit)),
    element("span", {}, "0"), element("span", {}, signed("", limit)));
  return draw;
}
