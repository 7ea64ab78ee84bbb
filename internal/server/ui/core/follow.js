// Follows a run by its event stream, or by polling where a proxy buffers the stream.

import { ConnectionError, Problem, receive, request } from "./api.js";
import { member } from "./json.js";

const silenceTimeout = 20_000; // ms without a byte; two heartbeats come in that time
const attempts = 2; // at a stream, before polling
const pause = 1000; // ms between attempts and between polls
const comments = /^(?::.*\n)+/; // lines of a stream

// finished lists the statuses of a finished run.
const finished = ["completed", "failed", "cancelled", "interrupted"];

export const isFinished = (status) => finished.includes(status);

// follow yields {event, data} until the run has finished. Events are status (the run
// without its result), progress, and result if there is one; data is JSON.
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
      if (signal.aborted || !isTemporary(error)) throw error;
    }
    await sleep(pause, signal);
  }
  yield* poll(path, signal);
}

// isTemporary reports whether a retry may succeed.
const isTemporary = (error) => error instanceof ConnectionError || error instanceof SilenceError || (error instanceof Problem && error.status >= 500);

// A SilenceError aborts a stream that sends nothing for silenceTimeout.
class SilenceError extends Error {}

// stream yields the events behind seen.last.
async function* stream(path, seen, signal) {
  const silence = new AbortController();
  let timer;
  const resetTimer = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new SilenceError()), silenceTimeout);
  };
  resetTimer();
  try {
    const headers = seen.last ? { "Last-Event-ID": seen.last } : {};
    const either = AbortSignal.any([signal, silence.signal]);
    const response = await request("GET", path, { headers, signal: either });
    if (response.status === 204) {
      seen.ended = true; // there is nothing after the last event
      return;
    }
    for await (const event of events(response.body, resetTimer, either)) {
      seen.last = event.id;
      seen.ended ||= event.event === "status" && isFinished(JSON.parse(event.data).status);
      yield event;
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

// events yields server-sent events as {id, event, data}.
async function* events(body, resetTimer, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await receive(reader.read(), signal);
    if (done) return;
    resetTimer();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop().replace(comments, ""); // a live run begins with many, which would be read again and again
    for (const block of blocks) {
      const event = Object.fromEntries(block.split("\n").map((line) => line.match(/^(\w*): ?(.*)$/)?.slice(1) ?? ["", ""]));
      if (event.data) yield event;
    }
  }
}

// poll requests the run once a pause until it has finished.
async function* poll(path, signal) {
  for (;;) {
    const data = await receive((await request("GET", path, { signal })).text(), signal);
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
