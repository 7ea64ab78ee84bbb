// A trend in words.

import { clockTime, dateOf, dateTime } from "../../core/dates.js";
import { count } from "../../core/format.js";
import { labelOf, signed, written } from "../compare/metric.js";

const fewest = 10; // runs that it takes to find any change

/**
 * Returns what the trend says: its word, mood and sentence.
 * @param {import("../../types").Trend | null} trend
 * @param {{ at: string, changes: object[] }[]} groups of changes, newest first
 * @param {(time: string) => string} day writes a time
 */
export function trendVerdict(trend, groups, day) {
  const runs = trend?.runs.length ?? 0;
  if (!trend || trend.too_few_runs) {
    return { mood: "doubtful", word: "Too few runs", sentence: `It takes ${fewest} usable runs to find a change; there ` +
      `${runs === 1 ? "is" : "are"} ${runs}` };
  }
  if (groups.length === 0) {
    return { mood: "good", word: "No change", sentence: `In ${count(runs, "run")} none of ${trend.metrics.length} metrics ` +
      "changed by more than chance" };
  }
  const [{ at, changes }] = groups;
  const worse = changes.filter(({ verdict }) => verdict === "worse");
  const [word, mood, told] = worse.length ? ["Worse", "bad", worse] : ["Better", "good", changes];
  return { mood, word, sentence: `With the run of ${day(at)}, ${told.map(moved).join(", ")}` };
}

/**
 * Says how a metric changed, with its size: p99 rose by 17.2 %.
 * @param {{ metric: string, unit: string, before: number, after: number, size?: number }} change
 */
export function moved({ metric, unit, before, after, size }) {
  const verb = after > before ? "rose" : "fell";
  if (size === undefined || size === null) return `${labelOf(metric)} ${verb} from ${written(unit, before)} to ${written(unit, after)}`;
  return `${labelOf(metric)} ${verb} by ${signed(unit, size).replace(/^[+−]/, "")}`;
}

// sizeOf writes the size of a change with its sign; from 0, it has none.
/** @param {{ unit: string, size?: number }} change */
export const sizeOf = ({ unit, size }) => (size === undefined || size === null ? "from 0" : signed(unit, size));

// steps writes the medians before and after a change.
export const steps = ({ unit, before, after }) => `${written(unit, before)} → ${written(unit, after)}`;

// chance writes a p-value.
export const chance = (p) => `p\u00a0${p < 0.001 ? "< 0.001" : p.toFixed(3)}`;

/**
 * Returns what changed together with a run, without its id.
 * @param {{ code: string, about?: string, message: string }[]} warnings
 * @param {string} run
 */
export const together = (warnings, run) => warnings.filter(({ about, code }) => about === run && code.startsWith("unlike_"))
  .map(({ message }) => message.replace(` ${run},`, ","));

// moment writes a time to the second, with the year if it is another one.
export function moment(time, now = new Date()) {
  const date = new Date(time);
  return dateTime(date, { year: date.getFullYear() !== now.getFullYear() });
}

const short = 600_000; // ms within which minutes do not tell times apart

/**
 * Returns a function that writes times: those of one day by the clock alone, and
 * those of a few minutes to the second.
 * @param {string[]} times
 */
export function dayWriter(times) {
  const days = new Set(times.map((time) => new Date(time).toDateString()));
  const moments = times.map((time) => Date.parse(time));
  const seconds = Math.max(...moments) - Math.min(...moments) < short;
  return (time) => (days.size > 1 ? dateOf(time, { year: false }) : clockTime(time, { seconds }));
}
