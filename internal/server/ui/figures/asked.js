// What a run was asked for, over its time: its load with pauses and changes, its
// warm-up, and its thresholds. Times are in seconds on the run's clock, which
// goes on during a pause; those of the spec are on the plan's clock, which
// stands still.

import { seconds, thresholdLimit } from "./units.js";

/**
 * asked returns what a run was asked for until a time.
 * @param {{ spec: object, timeline?: object[], thresholds?: object[] }} run with the checks of its thresholds, if there are any
 * @param {number} end
 */
export function asked({ spec, timeline = [], thresholds = [] }, end) {
  const pauses = pausesOf(timeline, end);
  const profile = profileOf(spec);
  const warmup = spec.warmup ? Math.min(runTime(pauses, seconds(spec.warmup)), end) : 0;
  return {
    open: profile.open,
    load: loadOf(profile, timeline, pauses, end),
    pauses,
    changes: timeline.filter(({ kind }) => kind === "load").map(({ t, detail }) => [t, detail || "load changed"]),
    warmup,
    limits: limitsOf(spec.thresholds ?? [], thresholds),
  };
}

// pausesOf returns the pauses as [from, to]. One that has not ended goes on.
export function pausesOf(timeline, end) {
  const pauses = [];
  for (const { kind, t } of timeline) {
    if (kind === "pause") pauses.push([t, Math.max(end, t)]);
    if (kind === "resume" && pauses.length > 0) pauses.at(-1)[1] = t;
  }
  return pauses;
}

// runTime takes a time of the plan's clock to the run's clock, and planTime back.
const runTime = (pauses, at) => pauses.reduce((t, [from, to]) => (from < t ? t + to - from : t), at);
const planTime = (pauses, t) => pauses.reduce((at, [from, to]) => at - Math.max(Math.min(to, t) - from, 0), t);

// profileOf returns the load of a spec: ramps { from, to, length } on the plan's
// clock, and the time at which no job starts any more. The last ramp goes on.
function profileOf(spec) {
  const stages = spec.stages ?? [];
  const open = Boolean(spec.rate || spec.replay || stages[0]?.rate !== undefined);
  const key = open ? "rate" : "concurrency";
  const most = open || stages.length > 0 ? Infinity : spec.num_jobs ?? Infinity;
  let level = Math.min(spec[key] ?? (stages.length > 0 ? 0 : most), most);
  const ramps = stages.map((stage) => {
    const ramp = { from: level, to: stage[key], length: seconds(stage.duration) };
    level = stage[key];
    return ramp;
  });
  const length = ramps.reduce((sum, ramp) => sum + ramp.length, 0);
  const ends = [spec.duration ? seconds(spec.duration) : Infinity, ramps.length > 0 ? length : Infinity];
  return { open, ramps, level, end: Math.min(...ends) };
}

// levelAt returns the load of a profile at a time of the plan's clock: just
// before it or, at a step, just after it.
function levelAt({ ramps, level }, at, after) {
  let start = 0;
  for (const { from, to, length } of ramps) {
    const within = at < start + length || (at === start + length && !after);
    if (length > 0 && within) return from + ((to - from) * (at - start)) / length;
    start += length;
  }
  return level;
}

// loadOf returns the load as corners [t, level]; two at one time are a step.
function loadOf(profile, timeline, pauses, end) {
  const last = Math.min(end, runTime(pauses, profile.end));
  let corner = 0;
  const corners = profile.ramps.map(({ length }) => runTime(pauses, corner += length));
  const times = [0, last, ...corners, ...timeline.map(({ t }) => t)].filter((t) => t >= 0 && t <= last);
  const load = [];
  for (const t of [...new Set(times)].sort((a, b) => a - b)) {
    for (const after of [false, true]) {
      if (t === 0 && !after || t === last && after) continue;
      const level = askedAt(profile, timeline, pauses, t, after);
      if (!Number.isFinite(level)) return [];
      const [at, before] = load.at(-1) ?? [];
      if (at !== t || before !== level) load.push([t, level]);
    }
  }
  return load;
}

// askedAt returns the load just before or after a time of the run's clock. What
// a control sets holds until the next one.
function askedAt(profile, timeline, pauses, t, after) {
  const passed = (time) => (after ? time <= t : time < t);
  if (pauses.some(([from, to]) => passed(from) && !passed(to))) return 0;
  const key = profile.open ? "rate" : "concurrency";
  const set = timeline.findLast((event) => passed(event.t) && event.kind === "load" && event[key]);
  return set ? set[key] : levelAt(profile, planTime(pauses, t), after);
}

// limitsOf returns the thresholds that charts show: those of the latency and of
// the throughput.
function limitsOf(thresholds, checks) {
  return thresholds.flatMap((threshold, i) => {
    const { expression = threshold } = threshold;
    const limit = thresholdLimit(expression);
    if (!limit) return [];
    const { ok, no_data: noData } = checks[i] ?? { no_data: true };
    return [{ ...limit, label: expression, mood: noData ? "" : ok ? "good" : "bad" }];
  });
}
