package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// stepsOf returns a workload of the given steps.
func stepsOf(steps ...string) string {
	return `{"kind": "steps", "steps": [` + strings.Join(steps, ", ") + `]}`
}

// mixOf returns a workload of the given parts.
func mixOf(parts ...string) string {
	return `{"kind": "mix", "parts": [{"workload": ` + strings.Join(parts, `}, {"workload": `) + `}]}`
}

// refusal returns the message for one job in flight more than the limit.
func refusal(limit int64, kind, takes string) string {
	return fmt.Sprintf("concurrency: must be at most %d with the workload %s, "+
		"which takes %s for each job in flight; got %d", limit, kind, takes, limit+1)
}

// A plan may have as many jobs in flight as its kind allows, and each of its parts
// and steps. The error names the limit and the kind that sets it.
func TestInFlightLimit(t *testing.T) {
	const (
		cpu    = `{"kind": "cpu", "work": 1}`
		memory = `{"kind": "memory", "bytes": 4096}`
		disk   = `{"kind": "disk", "bytes": 512, "block": 512}`
		http   = `{"kind": "http", "url": "http://127.0.0.1/", "connections": 1}`
		exec   = `{"kind": "exec", "command": "true"}`
		sleep  = `{"kind": "sleep"}`

		thread  = "a thread of the system"
		routine = "a goroutine"
		file    = "one of the files that may be open for jobs, see ulimit -n,"
	)
	all := everything(t)
	all.MaxMemory, all.MaxDisk, all.MaxProcesses = 1<<40, 1<<30, 1<<20
	for _, test := range []struct {
		workload  string
		openFiles int64 // of the policy; 0 means no limit
		limit     int64 // 0 means none
		kind      string
		takes     string
	}{
		{cpu, 0, 5000, "cpu", thread},
		{memory, 0, 5000, "memory", thread},
		{disk, 0, 5000, "disk", thread},
		{exec, 0, 5000, "exec", thread},
		{stepsOf(sleep, cpu), 0, 5000, "cpu", thread},
		{stepsOf(http, exec), 0, 5000, "exec", thread},
		{mixOf(http, cpu), 0, 5000, "cpu", thread},
		{mixOf(http, stepsOf(sleep, cpu)), 0, 5000, "cpu", thread},
		{http, 0, 100_000, "http", routine},
		{mixOf(http, sleep), 0, 100_000, "mix", routine},
		{stepsOf(sleep), 0, 100_000, "steps", routine},
		{sleep, 0, 0, "", ""},
		{disk, 32, 32, "disk", file},
		{stepsOf(sleep, disk), 32, 32, "disk", file},
		{sleep, 32, 0, "", ""},
	} {
		o := all
		o.OpenFiles = test.openFiles
		set, w := kinds.New(o), workloadtest.Workload(t, test.workload)
		fits := test.limit
		if test.limit == 0 {
			fits = 1_000_000
		} else {
			want := refusal(test.limit, test.kind, test.takes)
			if got := workloadtest.Refusal(set, w, test.limit+1); got != want {
				t.Errorf("%d of %s: %q, want %q", test.limit+1, test.workload, got, want)
			}
		}
		if got := workloadtest.Refusal(set, w, fits); got != "" {
			t.Errorf("%d of %s: %q, want no error", fits, test.workload, got)
		}
		if jobs := workloadtest.Open(t, set, w); jobs.MaxInFlight != test.limit {
			t.Errorf("%s: MaxInFlight is %d, want %d", test.workload, jobs.MaxInFlight, test.limit)
		}
	}
}
