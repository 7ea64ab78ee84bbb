package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// Simultaneous claims get different names; a released name is free again.
func TestClaimInstance(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("left out: names have the number of the process here")
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	first, release := claimInstance()
	second, releaseSecond := claimInstance()
	defer releaseSecond()
	release()
	third, releaseThird := claimInstance()
	defer releaseThird()
	if diff := cmp.Diff([]string{host, host + "-2", host}, []string{first, second, third}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Two simultaneous runs that push are both counted, as separate series.
func TestPushAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	p := aureatest.StartPrometheus(t, `{}`, "--web.enable-remote-write-receiver")
	var both sync.WaitGroup
	for _, jobs := range []int{30, 50} { // each takes a second
		both.Go(func() {
			code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", strconv.Itoa(jobs), "--workload", "sleep",
				"--param", "duration=1s", "--param", "jitter=0", "--push", string(p))
			checkExit(t, fmt.Sprintf("a run of %d jobs", jobs), code, exitOK, stderr)
		})
	}
	both.Wait()
	for expression, want := range map[string]float64{
		`sum(benchmark_jobs_total{outcome="ok"})`:            80,
		`count(benchmark_jobs_total{outcome="ok"})`:          2,
		`sum(resets(benchmark_jobs_total[1h]))`:              0,
		`sum(benchmark_runs_total{status="completed"})`:      2,
		`count(benchmark_last_run_jobs{outcome="ok"} == 30)`: 1,
	} {
		checkQuery(t, p, expression, want)
	}
}
