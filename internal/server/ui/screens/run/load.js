// The run from the service, and its events.

import { ConnectionError, Problem, receive, request, requestJSON } from "../../core/api.js";
import { clockTime } from "../../core/dates.js";
import { follow, isFinished } from "../../core/follow.js";
import { member } from "../../core/json.js";
import { after, viewOf } from "./view.js";

const pause = 1000; // ms between two attempts to reach the service

export const pathOf = (id) => `/v1/runs/${encodeURIComponent(id)}`;

const textOf = async (method, path, options) => receive((await request(method, path, options)).text(), options.signal);

/**
 * Yields what changes the view of a run, as functions that take the view of
 * before, which is null at first, and return the new one: at once, and after each
 * event until the run has finished. When the service cannot be reached, the view
 * says that, until the service is back.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<(view: import("./view.js").View | null) => import("./view.js").View>}
 */
export async function* watchRun(id, signal) {
  let known = false;
  for (;;) {
    try {
      const text = await textOf("GET", pathOf(id), { signal });
      known = true;
      yield (view) => viewOf(text, view);
      if (isFinished(JSON.parse(member(text, "status")))) return;
      yield* changes(id, signal);
      return;
    } catch (error) {
      if (signal.aborted || !known || !isOutage(error)) throw error;
    }
    const since = clockTime(new Date());
    yield (view) => ({ ...view, contact: `There is no news of the run. This is how it was at ${since}.` });
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    signal.throwIfAborted();
  }
}

// changes yields what each event changes. A run ends in two events, its status and
// its result: they change the view together, so that nothing is missing in between.
async function* changes(id, signal) {
  let last = null; // the status of a finished run
  for await (const event of follow(id, signal)) {
    if (event.event === "status" && isFinished(JSON.parse(event.data).status)) {
      last = event;
      continue;
    }
    const before = last;
    last = null;
    yield (view) => after(before ? after(view, before) : view, event);
  }
  if (last) yield (view) => after(view, last);
}

// isOutage reports whether a later attempt may succeed.
const isOutage = (error) => error instanceof ConnectionError || (error instanceof Problem && error.status >= 500);

/** The requests of the controls: method and the end of the path. */
const requests = {
  pause: ["POST", "/pause"], resume: ["POST", "/resume"], cancel: ["POST", "/cancel"], load: ["PATCH", "/load"],
};

/**
 * Applies a control to a run, and returns the run as JSON.
 * @param {string} id
 * @param {"pause" | "resume" | "cancel" | "load"} one
 * @param {string | undefined} body the new load as JSON
 * @param {AbortSignal} signal
 */
export function control(id, one, body, signal) {
  const [method, path] = requests[one];
  return textOf(method, `${pathOf(id)}${path}`, { body, signal });
}

/**
 * Changes the note of a run, or whether it is a baseline, and returns the run as
 * JSON.
 * @param {string} id
 * @param {string} body as JSON
 * @param {AbortSignal} signal
 */
export const change = (id, body, signal) => textOf("PATCH", pathOf(id), { body, signal });

/**
 * Returns a histogram of a run; an empty one if it is kept no more.
 * @param {string} id
 * @param {string} of latency, service_time or delay
 * @param {AbortSignal} signal
 */
export async function loadHistogram(id, of, signal) {
  try {
    return await requestJSON("GET", `${pathOf(id)}/histogram?format=json&of=${of}`, { signal });
  } catch (error) {
    if (error.status === 404 || error.status === 409) return { summary: { count: 0, max: 0 }, buckets: [] };
    throw error;
  }
}

/**
 * Returns what a run can be compared with.
 * @param {import("../../types").Run} run
 * @param {AbortSignal} signal
 * @returns {Promise<import("./view.js").Others>}
 */
export async function loadOthers({ id, name, created_at: created }, signal) {
  const list = (more) => {
    const query = new URLSearchParams([["name", name], ["limit", "2"], ...more]);
    return requestJSON("GET", `/v1/runs?${query}`, { signal });
  };
  const [older, baselines] = await Promise.all([
    list([["status", "completed"], ["until", created]]), list([["baseline", "true"]]),
  ]);
  return {
    before: older.runs.find((run) => run.id !== id)?.id ?? "", baseline: baselines.runs.some((run) => run.id !== id),
  };
}
