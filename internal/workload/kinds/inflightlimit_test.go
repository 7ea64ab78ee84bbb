package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A plan may have as many jobs in flight as its kind allows, and each of its parts
// and steps. The error names the limit and the kind that sets it.
func TestInFlightLimit(t *testing.T) {
	const (
		cpu   = `{"kind": "cpu", "work": 1}`
		http  = `{"kind": "http", "url": "http://127.0.0.1/", "connections": 1}`
		exec  = `{"kind": "exec", "command": "true"}`
		sleep = `{"kind": "sleep"}`
	)
	steps := func(list ...string) string { return `{"kind": "steps", "steps": [` + strings.Join(list, ", ") + `]}` }
	mix := func(list ...string) string {
		return `{"kind": "mix", "parts": [{"workload": ` + strings.Join(list, `}, {"workload": `) + `}]}`
	}
	threads := func(kind string) string {
		return fmt.Sprintf("concurrency: must be at most 5000 with the workload %s, "+
			"which takes a thread of the system for each job in flight; got 5001", kind)
	}
	routines := func(kind string) string {
		return fmt.Sprintf("concurrency: must be at most 100000 with the workload %s, "+
			"which takes a goroutine for each job in flight; got 100001", kind)
	}
	const (
		disk  = `{"kind": "disk", "bytes": 512, "block": 512}`
		few   = "with 32 files: "
		files = "concurrency: must be at most 32 with the workload disk, which takes one of the files " +
			"that may be open for jobs, see ulimit -n, for each job in flight; got 33"
	)
	all := everything(t)
	all.MaxMemory, all.MaxDisk, all.MaxProcesses = 1<<40, 1<<30, 1<<20
	for _, test := range []struct {
		workload string
		inFlight int64
		want     string
	}{
		{cpu, 5001, threads("cpu")},
		{`{"kind": "memory", "bytes": 4096}`, 5001, threads("memory")},
		{disk, 5001, threads("disk")},
		{exec, 5001, threads("exec")},
		{steps(sleep, cpu), 5001, threads("cpu")},
		{steps(http, exec), 5001, threads("exec")},
		{mix(http, cpu), 5001, threads("cpu")},
		{mix(http, steps(sleep, cpu)), 5001, threads("cpu")},
		{http, 100_001, routines("http")},
		{mix(http, sleep), 100_001, routines("mix")},
		{steps(sleep), 100_001, routines("steps")},
		{sleep, 1_000_000, ""},
		{few + disk, 33, files},
		{few + steps(sleep, disk), 33, files},
		{few + sleep, 1_000_000, ""},
	} {
		o := all
		if rest, ok := strings.CutPrefix(test.workload, few); ok {
			test.workload, o.OpenFiles = rest, 32
		}
		set, w := kinds.New(o), workloadtest.Workload(t, test.workload)
		for _, fits := range []bool{false, true} {
			inFlight, want := test.inFlight, test.want
			if fits && want != "" {
				inFlight, want = test.inFlight-1, ""
			}
			if got := workloadtest.Refusal(set, w, inFlight); got != want {
				t.Errorf("%d of %s: %q, want %q", inFlight, test.workload, got, want)
			}
		}
		if jobs := workloadtest.Open(t, set, w); jobs.Runner != nil && jobs.MaxInFlight != test.inFlight-1 {
			t.Errorf("%s: MaxInFlight is %d, want %d", test.workload, jobs.MaxInFlight, test.inFlight-1)
		}
	}
}
