// Specs to start from.

const sleep = { kind: "sleep", duration: "100ms", jitter: 0.2 };

// start is the spec in the form at first: the defaults of the service for a spec with
// only num_jobs.
export const start = { num_jobs: 100, workload: sleep, include_jobs: false };

export const examples = {
  burst: { num_jobs: 1000, workload: sleep, thresholds: ["p99 < 250ms", "error_rate < 1%"], include_jobs: false },
  arrivals: { workload: sleep, rate: 200, duration: "10s", thresholds: ["p99 < 250ms", "delay.p99 < 5ms"], include_jobs: false },
  ceiling: { workload: { kind: "noop" }, num_jobs: 1_000_000, concurrency: 8, include_jobs: false },
};
