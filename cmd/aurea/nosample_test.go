package main

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/live"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// Without a successful job, the list of runs and the progress show no times.
func TestNoSample(t *testing.T) {
	r := &aurea.Result{ID: "benchmark-1", Status: aurea.StatusCompleted, Counts: aurea.Counts{Planned: 3, Dropped: 3}}
	var list strings.Builder
	if err := printRuns(&list, []aurea.Run{{ID: r.ID, Result: r}}, report.Options{}); err != nil {
		t.Fatal(err)
	}
	checkContains(t, "the list", strings.Join(strings.Fields(list.String()), " "), "3 0 –")
	state := live.State{Run: aurea.Run{Progress: &aurea.RunProgress{Elapsed: 1, Failed: 3}}}
	if line := live.PlainLine(state); strings.Contains(line, "p99") {
		t.Errorf("a line of progress has a time: %s", line)
	}
}
