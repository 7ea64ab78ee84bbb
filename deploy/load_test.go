package deploy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The load: three runs of one name, then some that go wrong, are slow or small,
// then a slower one of the same name, which is looked at closely.
const (
	usual  = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 400, "num_jobs": 800, "include_jobs": false}`
	slower = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 200, "num_jobs": 1600, "include_jobs": false,
	           "thresholds": ["p99 < 10s"], "pricing": {"per_second": 0.5, "per_job": 0.01}}`
	empty = `{"num_jobs": 20000, "workload": {"kind": "noop"}}`
	slow  = `{"num_jobs": 60, "workload": {"kind": "steps", "steps": [{"kind": "sleep", "duration": "600ms"}]}, "include_jobs": false}`
	wrong = `{"num_jobs": 60, "concurrency": 30, "workload": {"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duration": "10ms"}}], "failure": {"rate": 0.5}}, "seed": 1, "include_jobs": false}`
	tardy = `{"num_jobs": 40, "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "timeout": "20ms", "seed": 1, "include_jobs": false}`
	gone  = `{"num_jobs": 10, "workload": {"kind": "station", "service": "1h"}, "include_jobs": false}`
)

// A stage is a service that has had its load, and two Prometheus that saw it.
type stage struct {
	prometheus prometheus
	native     prometheus // with native histograms on: it drops the classic buckets
	begin      time.Time  // before the first run
	calm       time.Time  // no job of the last run's workload ran from here
	end        time.Time  // after the last run
	results    []result   // of all runs but the abandoned one
}

// last is the run that is looked at closely.
func (s stage) last() result { return s.results[len(s.results)-1] }

// play starts all three and runs the load. It goes on when what a run reached is
// recorded, so that each is seen as the last one.
func play(t *testing.T) (s stage) {
	t.Helper()
	service, _ := aureatest.Serve(t)
	s.prometheus = startPrometheus(t, strings.TrimPrefix(service, "http://"))
	s.native = startPrometheus(t, strings.TrimPrefix(service, "http://"), "--enable-feature=native-histograms")
	s.prometheus.await(t, `up{job="aurea"}`, 1)
	s.native.await(t, `up{job="aurea"}`, 1)
	s.begin = time.Now()
	execute := func(spec string) {
		r := run(t, service, spec)
		s.results = append(s.results, r)
		s.prometheus.await(t, fmt.Sprintf(`count(run:benchmark_validity:state{run_id=%q})`, r.ID), 1)
	}
	for _, spec := range []string{usual, usual, usual, tardy} {
		execute(spec)
	}
	s.calm = time.Now()
	// What a counter holds when it is first seen is in no rate: so, twice. Errors
	// are shown of the last three workloads: so, those that go wrong come late.
	for _, spec := range []string{empty, slow, empty, slow, wrong, wrong} {
		execute(spec)
	}
	abandon(t, service, gone)
	s.prometheus.await(t, `sum(benchmark_runs_total{status="cancelled"})`, 1)
	execute(slower)
	s.prometheus.await(t, `count(ALERTS{alertname="AureaThroughputDropped", alertstate="firing"})`, 1)
	time.Sleep(time.Until(s.last().End.Add(2 * time.Second))) // for two more scrapes
	s.prometheus.await(t, `up{job="aurea"}`, 1)
	s.end = time.Now()
	return s
}
