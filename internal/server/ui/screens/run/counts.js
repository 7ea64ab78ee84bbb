// How jobs ended: the jobs that a load asked for, and those of them that failed.

/**
 * Returns { owed, bad, rate } of counts: the jobs that the load asked for and
 * that were not cancelled, those of them that did not end ok, and their share.
 * @param {{ ok: number, failed: number, timeout?: number, dropped?: number, lost?: number }} counts
 */
export function failuresOf({ ok, failed, timeout = 0, dropped = 0, lost = 0 }) {
  const bad = failed + timeout + dropped + lost;
  return { owed: ok + bad, bad, rate: ok + bad > 0 ? bad / (ok + bad) : 0 };
}

/** The counts of a live run so far, also of its warm-up. */
export const countsSoFar = ({ ok, failed, so_far: soFar }) => ({ ok, failed, dropped: soFar?.dropped ?? 0 });

/** The names of errors in words; others are their own. */
const names = {
  connect: "no connection", dns: "host not found", tls: "no TLS", reset: "connection reset",
  protocol: "no valid response", body: "body incomplete", timeout: "timed out", limit: "limit of this machine",
};

/**
 * Returns a class of errors in words.
 * @param {{ class: string, sample?: string }} error
 */
export function errorName({ class: name, sample = "" }) {
  if (name === "connect" && sample.includes("refused")) return "connection refused";
  return names[name] ?? name.replaceAll("_", " ");
}

/** The errors of which there are some, the most frequent first. */
export const byCount = (errors = []) => errors.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
