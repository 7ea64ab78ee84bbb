#!/usr/bin/env python3
"""Three runs on a running Aurea service, its metrics, and a summary.

    client.py [URL]        the URL may also be in AUREA_URL
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request

RUNS = [(10, 50), (50, 100), (100, 100)]  # jobs, milliseconds each

METRICS = (
    "benchmark_cost_total",
    "benchmark_jobs_total",
    "benchmark_mean_latency_seconds",
    "benchmark_runs_total",
    "benchmark_throughput_jobs_per_second",
)


class Failure(Exception):
    """What went wrong, in words for the user."""


def call(url, spec=None):
    """Returns the text that the URL answers to a GET, or to a POST of the spec."""
    try:
        request = urllib.request.Request(url)
        if spec is not None:
            request.data = json.dumps(spec).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Failure(f"{url}: {detail(error)}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Failure(f"cannot reach {url}: {getattr(error, 'reason', error)}") from error


def detail(error):
    """The sentence of a problem+json answer, or the status of any other."""
    try:
        return json.loads(error.read())["detail"]
    except (ValueError, KeyError, TypeError):
        return f"answered {error.code}"


def check_health(base):
    # Something else may be listening there, so a 200 alone says little.
    text = call(base + "/health")
    try:
        health = json.loads(text)
        ours = health["service"] == "aurea-orchestrator" and health["status"] == "healthy"
    except (ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise Failure(f"{base}/health is not the answer of a healthy Aurea service")
    print(f"{base} is healthy\n")


def run(base, jobs, milliseconds):
    """Runs a benchmark and returns its result once it has finished."""
    # The summary needs no record of every job; without them the answer is small.
    spec = {"num_jobs": jobs, "job_duration_ms": milliseconds, "include_jobs": False}
    return json.loads(call(base + "/benchmark/run", spec))


def row(result):
    return "{:6d} {:10.1f} {:10.2f} {:10.2f} {:12.6f}  {}".format(
        result["completed_jobs"],
        result["throughput"],
        result["mean_latency"] * 1000,
        result["latency"]["p99"] * 1000,
        result["total_cost"],
        result["validity"]["state"],
    )


def print_metrics(base):
    print("\nmetrics")
    for line in call(base + "/metrics").splitlines():
        if line.split("{")[0].split(" ")[0] in METRICS:
            print(line)


def main():
    base = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("AUREA_URL", "http://127.0.0.1:5000")
    base = base.rstrip("/")
    check_health(base)
    rows = []
    for number, (jobs, milliseconds) in enumerate(RUNS, 1):
        print(f"run {number} of {len(RUNS)}: {jobs} jobs of {milliseconds} ms", flush=True)
        rows.append(row(run(base, jobs, milliseconds)))
    print_metrics(base)
    print("\nsummary")
    print("{:>6} {:>10} {:>10} {:>10} {:>12}  {}".format("jobs", "jobs/s", "mean ms", "p99 ms", "cost USD", "validity"))
    print("\n".join(rows))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
