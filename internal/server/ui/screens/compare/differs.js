// What differs between the sides beside the numbers, and which runs they are.

import { dateTime } from "../../core/dates.js";
import { element, unseen } from "../../core/dom.js";
import { capital, count, sentence } from "../../core/format.js";

/** @typedef {import("../../types").Comparison} Comparison */

const groups = {
  unlike_spec: "Spec", unlike_seed: "Spec", unlike_environment: "Machine", unlike_version: "Version of Aurea",
  unlike_workers: "Workers",
};

/**
 * Returns the table of what differs in spec and machine; null if nothing does.
 * @param {Comparison} c
 */
export function unlikeTable(c) {
  const unlike = c.unlike ?? [];
  if (unlike.length === 0) return null;
  const text = (value) => element("bdi", {}, value);
  const header = [unseen("Part"), unseen("Field"), "Base", "Head"];
  return element("div", { class: "wide", role: "region", "aria-label": "What differs", tabindex: "0" },
    element("table", { class: "unlike" },
      element("thead", {}, element("tr", {}, ...header.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...unlike.map(({ code, field, base, head }, i) => element("tr", {},
        element("td", { class: "group" }, groups[code] === groups[unlike[i - 1]?.code] ? "" : groups[code] ?? code),
        element("th", { scope: "row" }, element("code", {}, field)),
        element("td", {}, text(base)), element("td", {}, text(head)))))));
}

// elsewhere are the warnings that the verdict or the table of metrics has.
const elsewhere = ["too_few_runs", "few_jobs"];

/**
 * Returns the other warnings as a list; null if there are none.
 * @param {Comparison} c
 */
export function warningList(c) {
  const others = c.warnings.filter(({ code }) => !groups[code] && !elsewhere.includes(code));
  if (others.length === 0) return null;
  return element("ul", { class: "warnings" }, ...others.map(({ message }) => element("li", {}, capital(sentence(message)))));
}

/**
 * Returns what a side is: its runs' name and common labels, and links to them.
 * @param {string[]} ids
 * @param {import("../../types").Run[]} runs of the side, or some of them
 */
export function foundRuns(ids, runs) {
  const names = [...new Set(runs.map(({ name }) => name))];
  const named = names.length === 1 && names[0] !== ""
    ? [" of ", element("a", { href: `#/names/${encodeURIComponent(names[0])}` }, element("bdi", {}, names[0]))] : [];
  const labels = common(runs.map((run) => run.labels ?? {}));
  return [
    element("p", {}, count(ids.length, "run"), ...named, ...span(runs)),
    ...(labels.length ? [element("p", { class: "labels" }, ...labels.map(([key, value]) =>
      element("span", { class: "label" }, element("bdi", {}, `${key}=${value}`))))] : []),
    links(ids),
  ];
}

// common returns the labels that all runs have, as [key, value].
export function common(all) {
  const [first = {}, ...others] = all;
  return Object.entries(first).filter(([key, value]) => others.every((labels) => labels[key] === value));
}

const day = (time) => dateTime(time, { seconds: false });

function span(runs) {
  const times = runs.map(({ created_at: created }) => created).sort();
  if (times.length === 0) return [];
  const [first, last] = [day(times[0]), day(times.at(-1))];
  return [element("span", { class: "hint" }, first === last ? `, ${first}` : `, ${first} to ${last}`)];
}

function links(ids) {
  const list = element("ul", { class: "ids" }, ...ids.map((id) =>
    element("li", {}, element("a", { href: `#/runs/${encodeURIComponent(id)}` }, id))));
  if (ids.length === 1) return list;
  return element("details", {}, element("summary", {}, "Its runs"), list);
}
