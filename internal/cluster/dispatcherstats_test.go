package cluster_test

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A dispatcher shows the workers of a run while it runs, and has counted their
// reports when it has ended.
func TestStatsOfRun(t *testing.T) {
	s := startService(t, 2)
	plan := planOf(t, `{"num_jobs": 40, "concurrency": 4, "job_duration_ms": 150}`)
	resolved, err := s.dispatcher.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	var live []aurea.WorkerStats
	measured, err := s.dispatcher.Execute(t.Context(), plan, resolved, nil, func(aurea.Progress) {
		if live == nil {
			live = s.dispatcher.Stats().Of
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(live) != 2 || live[0].Name == "" || live[0].Throughput <= 0 {
		t.Errorf("the workers of the run are shown as %+v", live)
	}
	var reports int64
	for _, of := range measured.Workers.Of {
		reports += of.Reports
	}
	stats := s.dispatcher.Stats()
	if got := stats.Reports["folded"]; got != reports || reports == 0 {
		t.Errorf("%d reports were folded, and the result says %d", got, reports)
	}
	if stats.Lost != 0 || stats.Of != nil || !stats.Connected {
		t.Errorf("after the run the stats are %+v", stats)
	}
	if n := stats.States[aurea.WorkerGone] + stats.States[aurea.WorkerRefused]; n != 0 {
		t.Errorf("%d workers are gone or refused, want none", n)
	}
}
