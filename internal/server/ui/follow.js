// Following a run: what the service tells of it while it goes on, as a stream of
// events, or, where something in between holds that back, by asking again and
// again.

import { ask, Broken, Problem, whole } from "./api.js";
import { member } from "./json.js";

const patience = 20_000; // ms without a word, in which two heartbeats should have come
const attempts = 2; // to get a stream, before the run is asked for instead
const pause = 1000; // ms between two of anything

// finished are the statuses that a run ends with.
const finished = ["completed", "failed", "cancelled", "interrupted"];

export const isFinished = (status) => finished.includes(status);

// follow yields {event, data} until the run has finished: status (a run without
// its result), progress, and result, of a run that has one. data is JSON.
export async function* follow(id, signal) {
  const path = `/v1/runs/${encodeURIComponent(id)}`;
  const seen = { last: "", ended: false };
  for (let failures = 0; failures < attempts; failures++) {
    try {
      for await (const event of stream(`${path}/events`, seen, signal)) {
        failures = 0;
        yield event;
      }
      if (seen.ended) return;
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
    }
    await sleep(pause, signal);
  }
  yield* poll(path, signal);
}

// isPassing reports whether something may go well another time.
const isPassing = (error) => error instanceof Broken || error instanceof Silent || (error instanceof Problem && error.status >= 500);

// Silent is why a stream is given up that nothing comes from.
class Silent extends Error {}

// stream yields the events after the last one that was seen.
async function* stream(path, seen, signal) {
  const quiet = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => quiet.abort(new Silent()), patience);
  };
  heard();
  try {
    const headers = seen.last ? { "Last-Event-ID": seen.last } : {};
    const either = AbortSignal.any([signal, quiet.signal]);
    const response = await ask("GET", path, { headers, signal: either });
    if (response.status === 204) {
      seen.ended = true; // there is nothing after the last event
      return;
    }
    for await (const event of events(response.body, heard, either)) {
      seen.last = event.id;
      seen.ended ||= event.event === "status" && isFinished(JSON.parse(event.data).status);
      yield event;
    }
  } finally {
    clearTimeout(timer);
    quiet.abort();
  }
}

// events reads server-sent events, {id, event, data}.
async function* events(body, heard, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await whole(reader.read(), signal);
    if (done) return;
    heard();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const event = Object.fromEntries(block.split("\n").map((line) => line.match(/^(\w*): ?(.*)$/)?.slice(1) ?? ["", ""]));
      if (event.data) yield event;
    }
  }
}

// poll asks for the run until it has finished.
async function* poll(path, signal) {
  for (;;) {
    const data = await whole((await ask("GET", path, { signal })).text(), signal);
    const run = JSON.parse(data);
    yield { event: "status", data };
    if (isFinished(run.status)) {
      if (run.result) yield { event: "result", data: member(data, "result") };
      return;
    }
    if (run.progress) yield { event: "progress", data: JSON.stringify(run.progress) };
    await sleep(pause, signal);
  }
}

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
