package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// When a command with --push has ended, Prometheus has the metrics of its run.
// The counters of the next run are a reset of the same series.
func TestPush(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	p := aureatest.StartPrometheus(t, `{}`, "--web.enable-remote-write-receiver")
	for _, jobs := range []float64{137, 5} { // the second run resets the counters
		code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", strconv.FormatFloat(jobs, 'f', 0, 64),
			"--job-duration", "1ms", "--push", string(p))
		if code != exitOK || stderr != "" {
			t.Fatalf("exit %d, %s", code, stderr)
		}
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		for expression, want := range map[string]float64{
			`benchmark_jobs_total{job="aurea",outcome="ok",workload="sleep",instance="` + host + `"}`: jobs,
			`benchmark_last_run_jobs{outcome="ok"}`:                                                   jobs,
			`benchmark_job_latency_seconds_count`:                                                     jobs,
			`benchmark_runs_total{status="completed"}`:                                                1,
			`benchmark_runs_active`:                                                                   0,
			`count(present_over_time(benchmark_run_info[1h])) > 0`:                                    map[float64]float64{137: 1, 5: 2}[jobs],
			`resets(benchmark_jobs_total{outcome="ok"}[1h])`:                                          map[float64]float64{137: 0, 5: 1}[jobs],
		} {
			checkQuery(t, p, expression, want)
		}
	}
}

// checkQuery reports a query whose result is not the one value want.
func checkQuery(t *testing.T, p aureatest.Prometheus, expression string, want float64) {
	t.Helper()
	got, err := p.Query(expression)
	if err != nil {
		t.Errorf("%s: %v", expression, err)
		return
	}
	if len(got) != 1 || float64(got[0].Value) != want {
		t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// A failed push is reported and changes nothing else. An invalid URL is wrong
// usage.
func TestPushFails(t *testing.T) {
	url, _ := aureatest.Serve(t)
	args := []string{"run", "--quiet", "--jobs", "5", "--job-duration", "1ms", "--push", url + "/nowhere"}
	code, stdout, stderr := runCommand(t, "", args...)
	checkExit(t, "a failed push", code, exitOK, stderr)
	checkContains(t, "the result", stdout, "5 ok of 5\n")
	want := "aurea: cannot push the metrics: " + url + "/nowhere answers 404 Not Found"
	if !strings.HasPrefix(stderr, want) {
		t.Errorf("standard error has %q, want %q", stderr, want)
	}
	code, _, stderr = runCommand(t, "", "run", "--jobs", "5", "--push", "localhost:9090")
	want = `aurea: --push must be a URL such as http://localhost:9090/api/v1/write; got "localhost:9090"; ` +
		"see aurea run --help\n"
	if code != exitUsage || stderr != want {
		t.Errorf("exit %d, %q, want %q", code, stderr, want)
	}
}
