// What a forecast says, in words and numbers.

import { count, duration, number } from "../../core/format.js";

/**
 * Returns a sentence about a forecast of the service, its figures as [term, text],
 * and its curve: { points, open, end, warmup, most }; null if its end is not known
 * before the run.
 * @param {object} forecast as POST /v1/plan answers
 */
export function planOf(forecast) {
  if (forecast.scenarios) return planOfScenarios(forecast);
  const { model, planned_jobs: jobs, approximate, duration: end, warmup, concurrency, load } = forecast;
  const open = model === "open";
  const points = load.map(({ t, rate, concurrency: level }) => [t, open ? rate : level]);
  const most = Math.max(...points.map(([, level]) => level));
  const about = approximate ? "about " : "";
  const figures = [
    ["Jobs", jobs === null ? "as many as it can" : `${about}${number(jobs)}`],
    ...(end === null ? [] : [["Starts jobs for", duration(end)]]),
    open ? ["Highest rate", `${number(most)}/s`] : ["In flight at most", number(concurrency)],
    ...(open && concurrency < unlimited ? [["In flight at most", number(concurrency)]] : []),
    ...(warmup > 0 ? [["Warm-up", duration(warmup)]] : []),
  ];
  const curve = end === null || end <= 0 || points.length < 2 ? null : { points, open, end, warmup, most };
  return { sentence: sentenceOf(forecast, { about, most, open }), figures, curve };
}

/** Returns what planOf does, of a forecast with scenarios: each says what it would do. */
function planOfScenarios({ scenarios }) {
  const figures = scenarios.map((scenario) => [scenario.name, planOf(scenario).sentence]);
  return { sentence: `Runs ${count(scenarios.length, "scenario")}.`, figures, curve: null };
}

const unlimited = 10_000_000; // jobs in flight: the most that a run may have

function sentenceOf({ planned_jobs: jobs, duration: end, concurrency, load }, { about, most, open }) {
  const steady = load.every(({ rate, concurrency: level }) => (rate ?? level) === most);
  if (open) {
    const rate = `${steady ? "" : "up to "}${number(most)} a second`;
    return `Starts ${about}${count(jobs, "job")} in ${duration(end)}, ${rate}.`;
  }
  if (end !== null) {
    const level = steady ? number(most) : `up to ${number(most)}`;
    const limit = jobs === null ? "" : ` or until ${count(jobs, "job")} have ended`;
    return `Keeps ${level} in flight for ${duration(end)}${limit}.`;
  }
  if (concurrency >= jobs) return `Starts ${count(jobs, "job")} at once, and ends when the last one has ended.`;
  return `Does ${count(jobs, "job")}, ${number(concurrency)} at a time.`;
}
