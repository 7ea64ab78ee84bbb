"""What a benchmark service is in its simplest form: Flask's own server, up to 50
threads a request, counters for Prometheus, and nothing kept. Aurea is measured
beside it; see the experiment "durable" in ../peers/experiments.go. It needs the
Debian package python3-flask.

    python3 service.py PORT
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from flask import Flask, jsonify, request

app = Flask(__name__)
lock = threading.Lock()
counted = {"benchmark_runs_total": 0, "benchmark_jobs_total": 0}


def job(name, seconds):
    begun = time.time()
    time.sleep(seconds)
    latency = time.time() - begun
    return {"job_id": name, "latency": latency, "cost": latency * 0.001, "timestamp": now()}


def now():
    return datetime.now(timezone.utc).isoformat()


@app.post("/benchmark/run")
def run():
    spec = request.get_json()
    seconds = spec.get("job_duration_ms", 100) / 1000
    name = f"benchmark-{time.time_ns()}"
    start, begun = now(), time.time()
    with ThreadPoolExecutor(max_workers=50) as pool:
        jobs = list(pool.map(lambda i: job(f"{name}-job-{i}", seconds), range(spec["num_jobs"])))
    duration = time.time() - begun
    with lock:
        counted["benchmark_runs_total"] += 1
        counted["benchmark_jobs_total"] += len(jobs)
    return jsonify(
        benchmark_id=name,
        num_jobs=len(jobs),
        completed_jobs=len(jobs),
        throughput=len(jobs) / duration,
        mean_latency=sum(j["latency"] for j in jobs) / len(jobs),
        total_cost=sum(j["cost"] for j in jobs),
        start_time=start,
        end_time=now(),
        duration=duration,
        jobs=jobs,
    )


@app.get("/metrics")
def metrics():
    return "".join(f"{name} {value}\n" for name, value in counted.items())


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]))
