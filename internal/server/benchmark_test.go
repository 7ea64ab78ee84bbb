package server

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The result has every documented member, and its numbers agree with the list
// of its jobs.
func TestRun(t *testing.T) {
	s := serve(t, runs.Options{})
	before := time.Now().Truncate(time.Microsecond)
	got := s.run(`{"num_jobs": 100, "job_duration_ms": 20, "name": "mine", "seed": 42, "labels": {"team": "a"},
		"pricing": {"per_second": 0.5, "per_job": 0.25, "currency": "EUR"},
		"thresholds": ["p99 < 1h", "throughput > 1e9"]}`)
	if got.status != 200 || got.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d as %s: %s", got.status, got.header.Get("Content-Type"), got.body)
	}
	var r document
	got.into(t, &r)

	r.wantMembers(t, "result", map[string]any{
		"name": "mine", "status": "completed", "model": "closed", "seed": 42.0, "num_jobs": 100.0,
		"completed_jobs": 100.0, "failed_jobs": 0.0,
		"counts.planned": 100.0, "counts.ok": 100.0, "counts.failed": 0.0, "counts.timeout": 0.0,
		"counts.cancelled": 0.0, "counts.dropped": 0.0, "counts.lost": 0.0,
		"spec.num_jobs": 100.0, "spec.job_duration_ms": 20.0, "spec.labels.team": "a", "spec.seed": 42.0,
		"cost.currency": "EUR", "cost.pricing.per_second": 0.5, "cost.pricing.per_job": 0.25,
		"cost.pricing.currency": "EUR",
		"verdict":               "fail", "environment.version": "1.2.3",
	})
	start, end := r.time(t, "start_time"), r.time(t, "end_time")
	duration := r.number(t, "duration")
	if took := end.Sub(start).Seconds(); math.Abs(took-duration) > 2e-6 || duration < 0.016 {
		t.Errorf("from start to end it took %v s, the duration is %v", took, duration)
	}
	if start.Before(before) || end.After(time.Now()) {
		t.Errorf("it ran from %v to %v, but was requested at %v", start, end, before)
	}
	checkJobs(t, r, start, end)

	if got, want := r.number(t, "throughput"), 100/duration; !near(got, want) {
		t.Errorf("throughput %v, want %v", got, want)
	}
	service := r.number(t, "service_time.mean") * 100
	checkCost(t, r, service)
	if most := r.number(t, "in_flight.max"); most < 1 || most > 100 {
		t.Errorf("in_flight.max is %v, want 1 to 100", most)
	}
	if mean := r.number(t, "in_flight.mean"); !near(mean, service/duration) {
		t.Errorf("in_flight.mean is %v, want %v", mean, service/duration)
	}
	reasons, ok := r.at("validity.reasons").([]any)
	if !ok || (r.at("validity.state") == "valid") != (len(reasons) == 0) {
		t.Errorf("validity %v", r.at("validity"))
	}
	first, second := r.at("thresholds").([]any)[0].(map[string]any), r.at("thresholds").([]any)[1].(map[string]any)
	document(first).wantMembers(t, "first threshold",
		map[string]any{"expression": "p99 < 1h", "ok": true, "value": r.at("latency.p99")})
	document(second).wantMembers(t, "second threshold",
		map[string]any{"expression": "throughput > 1e9", "ok": false, "value": r.at("throughput")})
	if list, ok := r.at("errors").([]any); !ok || len(list) != 0 {
		t.Errorf("errors %v, want an empty list", r.at("errors"))
	}
	checkSeries(t, r)
	checkEnvironment(t, r)
}

// checkCost checks the cost of jobs that took service seconds in total.
func checkCost(t *testing.T, r document, service float64) {
	t.Helper()
	if r.number(t, "mean_latency") != r.number(t, "latency.mean") ||
		r.number(t, "total_cost") != r.number(t, "cost.total") {
		t.Error("a repeated number differs")
	}
	if got, want := r.number(t, "total_cost"), service*0.5+100*0.25; !near(got, want) {
		t.Errorf("cost %v, want %v", got, want)
	}
	if !near(r.number(t, "cost.per_job")*100, r.number(t, "total_cost")) ||
		!near(r.number(t, "cost.per_million_jobs"), r.number(t, "cost.per_job")*1e6) {
		t.Errorf("cost %v", r.at("cost"))
	}
}

// checkEnvironment checks the description of the machine.
func checkEnvironment(t *testing.T, r document) {
	t.Helper()
	for path, least := range map[string]float64{
		"environment.cores": 1, "environment.memory_bytes": 1 << 20, "environment.cgroup.cpu_limit": 0,
	} {
		if got := r.number(t, path); got < least {
			t.Errorf("%s is %v, want at least %v", path, got, least)
		}
	}
	if version := r.at("environment.go").(string); !strings.HasPrefix(version, "go1.") {
		t.Errorf("environment.go is %q, want go1.…", version)
	}
	if r.at("environment.os") == "" || r.at("environment.cpu") == nil {
		t.Errorf("the environment has no os or no cpu: %v", r.at("environment"))
	}
}

// checkJobs compares the summaries with the list of jobs.
func checkJobs(t *testing.T, r document, start, end time.Time) {
	t.Helper()
	jobs := r["jobs"].([]any)
	if len(jobs) != 100 {
		t.Fatalf("%d jobs in the list, want 100", len(jobs))
	}
	var latencies []float64
	var sum, cost float64
	for i, entry := range jobs {
		job := document(entry.(map[string]any))
		if want := fmt.Sprintf("%s-job-%d", r["benchmark_id"], i); job["job_id"] != want || job["status"] != "ok" {
			t.Fatalf("job %d is %v, want %s, ok", i, job, want)
		}
		if len(job) != 5 {
			t.Fatalf("job %d has %d members, want 5: %v", i, len(job), job)
		}
		latency := job.number(t, "latency")
		// Times are cut to the microsecond; a job's latency counts from its
		// intended start, which is the run's.
		if at := job.time(t, "timestamp"); at.Before(start) || at.After(end) {
			t.Errorf("job %d started at %v, outside %v to %v", i, at, start, end)
		}
		if duration := r.number(t, "duration"); latency > duration*(1+1e-9) {
			t.Errorf("job %d took %v s, the run %v s", i, latency, duration)
		}
		latencies = append(latencies, latency)
		sum += latency
		cost += job.number(t, "cost")
	}
	slices.Sort(latencies)
	for path, want := range map[string]float64{
		"latency.mean": sum / 100, "latency.min": latencies[0], "latency.max": latencies[99],
	} {
		if got := r.number(t, path); !near(got, want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	for path, rank := range map[string]int{"p50": 50, "p90": 90, "p95": 95, "p99": 99, "p999": 100} {
		if got, exact := r.number(t, "latency."+path), latencies[rank-1]; got < exact*(1-1e-9) || got > exact*1.001 {
			t.Errorf("latency.%s is %v, want %v or up to 0.1 %% more", path, got, exact)
		}
	}
	checkDistributions(t, r)
	if !near(cost, r.number(t, "total_cost")) {
		t.Errorf("the jobs cost %v in total, the run %v", cost, r.number(t, "total_cost"))
	}
}

// checkDistributions checks that the distributions are consistent.
func checkDistributions(t *testing.T, r document) {
	t.Helper()
	for _, distribution := range []string{"latency", "service_time", "delay"} {
		at := func(name string) float64 { return r.number(t, distribution+"."+name) }
		order := []float64{0, at("min"), at("p50"), at("p90"), at("p95"), at("p99"), at("p999"), at("max")}
		if !slices.IsSorted(order) {
			t.Errorf("the quantiles of %s are not in order: %v", distribution, order)
		}
		if at("stddev") < 0 || at("count") != 100 {
			t.Errorf("%s has the stddev %v and the count %v", distribution, at("stddev"), at("count"))
		}
		if at("mean") < at("min") || at("mean") > at("max") {
			t.Errorf("the mean of %s is %v, outside %v to %v", distribution, at("mean"), at("min"), at("max"))
		}
	}
	// The latency of each job, and so the mean, is the sum of delay and
	// service.
	if !near(r.number(t, "latency.mean"), r.number(t, "service_time.mean")+r.number(t, "delay.mean")) {
		t.Errorf("mean latency %v, service time %v, delay %v", r.at("latency.mean"), r.at("service_time.mean"),
			r.at("delay.mean"))
	}
}

// checkSeries checks that the intervals add up to the run.
func checkSeries(t *testing.T, r document) {
	t.Helper()
	var started, ok, failed, last float64
	for _, entry := range r["series"].([]any) {
		point := document(entry.(map[string]any))
		started += point.number(t, "started")
		ok += point.number(t, "ok")
		failed += point.number(t, "failed")
		if point.number(t, "t") <= last || point.number(t, "throughput") < 0 {
			t.Errorf("point %v after %v s, want a later one with a throughput", point, last)
		}
		if point.number(t, "p50") > point.number(t, "p99") {
			t.Errorf("point %v has a p50 above its p99", point)
		}
		last = point.number(t, "t")
		if point.number(t, "in_flight") != started-ok-failed {
			t.Errorf("point %v: %v jobs were started and %v have ended", point, started, ok+failed)
		}
	}
	if got := [3]float64{started, ok, failed}; got != [3]float64{100, 100, 0} {
		t.Errorf("started, ok and failed are %v in the series, want 100, 100 and 0", got)
	}
	if duration := r.number(t, "duration"); !near(last, duration) {
		t.Errorf("the series ends at %v s, the run at %v s", last, duration)
	}
}

// Without the list of jobs the response is the same otherwise, and small.
func TestRunWithoutJobs(t *testing.T) {
	s := serve(t, runs.Options{})
	for spec, listed := range map[string]bool{
		`{"num_jobs": 1000, "workload": {"kind": "noop"}, "include_jobs": false}`: false,
		`{"num_jobs": 1000, "workload": {"kind": "noop"}, "include_jobs": true}`:  true,
		`{"num_jobs": 1000, "workload": {"kind": "noop"}}`:                        true,
	} {
		var r document
		s.run(spec).into(t, &r)
		jobs, got := r["jobs"].([]any)
		if got != listed || listed && len(jobs) != 1000 {
			t.Errorf("%s: %d jobs in the list, want a list: %v", spec, len(jobs), listed)
		}
		if r["completed_jobs"] != 1000.0 {
			t.Errorf("%s: %v completed jobs, want 1000", spec, r["completed_jobs"])
		}
		if _, there := r["jobs"]; there != listed {
			t.Errorf("%s: there is a member jobs: %v", spec, there)
		}
	}
}

// Jobs that time out are counted as failed, and explained.
func TestRunWithTimeouts(t *testing.T) {
	s := serve(t, runs.Options{})
	var r document
	s.run(`{"num_jobs": 7, "workload": {"kind": "sleep", "duration": "1h"}, "timeout": "1ms", "thresholds": ["error_rate < 1%"]}`).into(t, &r)
	r.wantMembers(t, "result", map[string]any{
		"failed_jobs": 7.0, "counts.timeout": 7.0, "completed_jobs": 0.0, "throughput": 0.0, "verdict": "fail",
	})
	class := document(r["errors"].([]any)[0].(map[string]any))
	class.wantMembers(t, "error class",
		map[string]any{"class": "timeout", "count": 7.0, "sample": "the job took longer than 1ms"})
	for _, entry := range r["jobs"].([]any) {
		if status := entry.(map[string]any)["status"]; status != "timeout" {
			t.Errorf("a job is %v, want timeout", status)
		}
	}
}

// occupy starts a run that does not end by itself.
func (s *service) occupy() (answered <-chan answer) {
	s.t.Helper()
	done := make(chan answer, 1)
	active := s.manager.Stats().Active
	queued := s.manager.Stats().Queued
	go func() {
		request, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/benchmark/run",
			strings.NewReader(`{"num_jobs": 3, "workload": {"kind": "sleep", "duration": "1h"}}`))
		done <- s.try(request)
	}()
	until(s.t, "the run to be accepted", func() bool {
		stats := s.manager.Stats()
		return stats.Active+stats.Queued == active+queued+1 && stats.Active == 1
	})
	return done
}

// try returns a response, or none when the connection is closed.
func (s *service) try(request *http.Request) answer {
	response, err := s.Client().Do(request)
	if err != nil {
		return answer{}
	}
	defer response.Body.Close()
	content, _ := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, content}
}

// A full queue is a 429 with Retry-After.
func TestQueueFull(t *testing.T) {
	s := serve(t, runs.Options{Queue: 2})
	for range 3 {
		s.occupy()
	}
	got := s.run(oneJob)
	if detail, _ := got.problem(t, 429); detail != "the queue is full: its limit of waiting runs is 2" {
		t.Errorf("it is refused with %q", detail)
	}
	if after := got.header.Get("Retry-After"); after != "5" {
		t.Errorf("Retry-After %q, want 5", after)
	}
}

// A service that shuts down accepts no more runs, interrupts queued ones, and
// responds to the running one with its partial result.
func TestRunWhileDraining(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Grace: time.Second})
	running, queued := s.occupy(), s.occupy()
	s.drain()
	back := <-queued
	detail, _ := back.problem(t, 503)
	if !strings.Contains(detail, "shutting down") || back.header.Get("Retry-After") == "" {
		t.Errorf("the queued run is refused with %q, Retry-After %q", detail, back.header.Get("Retry-After"))
	}
	refused := s.run(oneJob)
	detail, _ = refused.problem(t, 503)
	if !strings.Contains(detail, "shutting down") || refused.header.Get("Retry-After") == "" {
		t.Errorf("a new run is refused with %q, Retry-After %q", detail, refused.header.Get("Retry-After"))
	}
	s.call("GET", "/readyz", nil).problem(t, 503)
	partial := <-running
	var r document
	partial.into(t, &r)
	if partial.status != 200 {
		t.Errorf("the running run is answered with %d and %s", partial.status, partial.body)
	}
	r.wantMembers(t, "result of the running run", map[string]any{
		"status": "interrupted", "counts.cancelled": 3.0, "validity.state": "invalid",
	})
	if n := s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusInterrupted}]; n != 2 {
		t.Errorf("%d runs were interrupted, want 2", n)
	}
}
