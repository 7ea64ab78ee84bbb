package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The service has one P more than it has cores for jobs, unless GOMAXPROCS or a
// CPU quota is set.
func TestServeAddsSpareP(t *testing.T) {
	for variable, want := range map[string]struct{ cores, threads int }{
		"":  expectedWithoutVariable(),
		"1": {1, 1},
		"3": {3, 3},
	} {
		t.Setenv("GOMAXPROCS", variable)
		url, _ := aureatest.Serve(t)
		metrics := get(t, url+"/metrics")
		for _, line := range []string{
			fmt.Sprintf("\naurea_cores %d\n", want.cores),
			fmt.Sprintf("\ngo_sched_gomaxprocs_threads %d\n", want.threads),
		} {
			if !strings.Contains(metrics, line) {
				t.Errorf("GOMAXPROCS=%q: there is no line %q", variable, line)
			}
		}
	}
}

// expectedWithoutVariable returns what to expect without GOMAXPROCS. There may
// be a CPU quota, as Go reads it.
func expectedWithoutVariable() struct{ cores, threads int } {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	runtime.SetDefaultGOMAXPROCS()
	cores := runtime.GOMAXPROCS(0)
	if cores < runtime.NumCPU() {
		return struct{ cores, threads int }{cores, cores}
	}
	return struct{ cores, threads int }{cores, cores + 1}
}
