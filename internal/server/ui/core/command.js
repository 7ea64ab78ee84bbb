// A spec as commands of a shell.

import { member } from "./json.js";

// quote quotes a word for a shell, if it needs that.
export const quote = (text) => (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text) ? text
  : `'${text.replaceAll("'", "'\\''")}'`);

// curl returns the command that submits a spec, given as JSON, to a service.
export function curl(json, { origin, token }) {
  const header = (text) => ` \\\n  -H ${token && text.startsWith("Auth") ? `"${text}"` : quote(text)}`;
  return `curl -s ${quote(`${origin}/v1/runs`)}${header("Content-Type: application/json")}` +
    `${token ? header("Authorization: Bearer $AUREA_TOKEN") : ""} \\\n  -d ${quote(json)}`;
}

// flags lists the members of a spec that have a flag of their name.
const flags = {
  num_jobs: "jobs", concurrency: "concurrency", rate: "rate", arrival: "arrival", on_saturation: "on-saturation",
  duration: "duration", warmup: "warmup", timeout: "timeout", seed: "seed", name: "name",
  max_lost_fraction: "max-lost-fraction", sample: "sample", workers: "workers",
};

// commandLine returns the command that executes a spec, given as JSON; null if its
// secrets are masked. What no flag can give exactly is a --set of JSON.
export function commandLine(json) {
  const spec = JSON.parse(json);
  if (spec.secrets !== undefined || (member(json, "workload") ?? "").includes("***")) return null;
  const words = ["aurea run", ...jobWords(spec, json)];
  for (const [name, value] of Object.entries(spec)) {
    if (name !== "workload" && name !== "job_duration_ms") words.push(...memberWords(name, value, json));
  }
  return words.join(" ");
}

const flag = (name, text) => `--${name} ${quote(text)}`;

// memberWords returns the flags of a member beside the job.
function memberWords(name, value, json) {
  if (name === "thresholds") return value.map((one) => flag("threshold", thresholdText(one)));
  if (name === "labels") return Object.entries(value).map(([key, text]) => flag("label", `${key}=${text}`));
  if (name === "include_jobs") return [`--include-jobs=${value}`];
  const text = typeof value === "string" ? value : member(json, name);
  return [flags[name] ? flag(flags[name], text) : flag("set", `${name}=${text}`)];
}

// thresholdText returns a threshold as text. One that can end the run is an
// object.
export function thresholdText(threshold) {
  if (typeof threshold === "string") return threshold;
  const { expression, abort_on_fail: aborts, after } = threshold;
  return `${expression}${aborts ? " abort" : ""}${aborts && after ? ` after ${after}` : ""}`;
}

// jobWords returns the flags of what a job does.
function jobWords(spec, json) {
  if (!spec.workload) return sleepWords(member(json, "job_duration_ms"));
  const text = member(json, "workload");
  const { kind, ...parameters } = spec.workload;
  const words = Object.keys(parameters).map((name) => parameterWords(name, parameters[name], member(text, name)));
  if (words.includes(null)) return [flag("set", `workload=${text}`)];
  if (kind !== "http" || !standsAlone(spec)) return [flag("workload", kind), ...words.flat()];
  const others = words.filter((_, i) => Object.keys(parameters)[i] !== "url");
  return [quote(parameters.url), ...others.flat()];
}

function sleepWords(ms) {
  if (ms === undefined) return [];
  return /^\d+(\.\d{1,6})?$/.test(ms) ? [flag("job-duration", `${ms}ms`)] : [flag("set", `job_duration_ms=${ms}`)];
}

const defaultInFlight = 50; // what the command adds to a URL, unless there are fewer jobs

// standsAlone reports whether the URL may be the argument of the command, which
// adds to such a spec the load that it lacks.
function standsAlone({ workload, num_jobs: jobs, duration, concurrency, rate }) {
  const ends = jobs !== undefined || duration !== undefined;
  const limited = concurrency !== undefined || rate !== undefined || jobs <= defaultInFlight;
  return /^https?:\/\//i.test(workload.url) && ends && limited;
}

// parameterWords returns the flags of a parameter; null if only the whole workload
// can give it: the command takes apart a name with a sign in it, and reads text as a
// file or as JSON.
function parameterWords(name, value, json) {
  if (!/^[\w-]+$/.test(name) || value === null) return null;
  if (typeof value === "string") return plainText(value) ? [flag("param", `${name}=${value}`)] : null;
  if (typeof value !== "object") return [flag("param", `${name}=${json}`)];
  const entries = Array.isArray(value) ? [] : Object.entries(value);
  const plain = ([key, text]) => /^[\w-]+$/.test(key) && typeof text === "string" && plainText(text);
  if (entries.length === 0 || !entries.every(plain)) return [flag("set", `workload.${name}=${json}`)];
  return entries.map(([key, text]) => flag("param", `${name}.${key}=${text}`));
}

// plainText reports whether the command reads a text as it is.
function plainText(text) {
  if (/^[@{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
