package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The specs of the scenario: three runs of one name, then failing, slow and
// small runs, then a slower run of the same name, which is checked in detail.
const (
	usual  = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 400, "num_jobs": 800, "include_jobs": false}`
	slower = `{"name": "main", "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "rate": 200, "num_jobs": 1600, "include_jobs": false,
	           "thresholds": ["p99 < 10s"], "pricing": {"per_second": 0.5, "per_job": 0.01}}`
	empty     = `{"num_jobs": 20000, "workload": {"kind": "noop"}}`
	slow      = `{"num_jobs": 60, "workload": {"kind": "steps", "steps": [{"kind": "sleep", "duration": "600ms"}]}, "include_jobs": false}`
	failing   = `{"num_jobs": 60, "concurrency": 30, "workload": {"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duration": "10ms"}}], "failure": {"rate": 0.5}}, "seed": 1, "include_jobs": false}`
	timingOut = `{"num_jobs": 40, "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.5}, "timeout": "20ms", "seed": 1, "include_jobs": false}`
	onWorkers = `{"num_jobs": 300, "concurrency": 3, "workers": 1, "workload": {"kind": "sleep", "duration": "20ms"}, "include_jobs": false}`
	abandoned = `{"num_jobs": 10, "workload": {"kind": "station", "service": "1h"}, "include_jobs": false}`
)

// A scenario is a service after its load, and two Prometheus that scraped it.
type scenario struct {
	prometheus prometheus
	native     prometheus // with native histograms; it drops the classic buckets
	begin      time.Time  // before the first run
	idleFrom   time.Time  // no job of the last run's workload ran after this
	end        time.Time  // after the last run
	results    []result   // of all runs except the abandoned one
	workersRun result     // of the run on workers, which is one of them
}

// startWorker starts a worker of the service with a NATS server.
func startWorker(t *testing.T, nats string) *os.Process {
	t.Helper()
	command := exec.Command(aureatest.Binary(t), "worker", "--nats", "nats://"+nats, "--name", "one")
	_, process := aureatest.Start(t, command, regexp.MustCompile("worker is ready"))
	return process
}

// last returns the run that is checked in detail.
func (s scenario) last() result { return s.results[len(s.results)-1] }

// runScenario starts the service and both Prometheus and runs the load. It
// waits until each run's result is recorded, so that each one is the last run
// at some time.
func runScenario(t *testing.T) (s scenario) {
	t.Helper()
	nats := aureatest.FreeAddress(t)
	service, _ := aureatest.Serve(t, "--nats-listen", nats)
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
	for _, spec := range []string{usual, usual, usual, timingOut} {
		execute(spec)
	}
	worker := startWorker(t, nats)
	execute(onWorkers)
	s.workersRun = s.last()
	if err := worker.Signal(syscall.SIGTERM); err != nil { // the other runs are the service's own
		t.Fatal(err)
	}
	s.prometheus.await(t, "sum(benchmark_workers)", 0)
	s.idleFrom = time.Now()
	// A rate misses the value that a counter has when it is first scraped, so
	// each runs twice. Only the last three workloads have errors, so failing
	// runs come last.
	for _, spec := range []string{empty, slow, empty, slow, failing, failing} {
		execute(spec)
	}
	abandon(t, service, abandoned)
	s.prometheus.await(t, `sum(benchmark_runs_total{status="cancelled"})`, 1)
	execute(slower)
	s.prometheus.await(t, `count(ALERTS{alertname="AureaThroughputDropped", alertstate="firing"})`, 1)
	time.Sleep(time.Until(s.last().End.Add(2 * time.Second))) // for two more scrapes
	s.prometheus.await(t, `up{job="aurea"}`, 1)
	s.end = time.Now()
	return s
}
