package main

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// Without a successful job, the list of runs and the progress show no times.
func TestNoSample(t *testing.T) {
	r := &aurea.Result{ID: "benchmark-1", Status: aurea.StatusCompleted, Counts: aurea.Counts{Planned: 3, Dropped: 3}}
	var list, live strings.Builder
	if err := printRuns(&list, []aurea.Run{{ID: r.ID, Result: r}}); err != nil {
		t.Fatal(err)
	}
	printProgress(&live, aurea.Run{Progress: &aurea.RunProgress{Elapsed: 1, Failed: 3}})
	checkContains(t, "the list", strings.Join(strings.Fields(list.String()), " "), "3 0 –")
	checkContains(t, "a progress", strings.Join(strings.Fields(live.String()), " "), "0 jobs/s p50 – p99 –")
}
