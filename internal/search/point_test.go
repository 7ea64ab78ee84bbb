package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A load holds if its run passes every objective, keeps its pace and is a valid
// measurement.
func TestPoint(t *testing.T) {
	objectives := []aurea.ThresholdCheck{{Expression: "p99 < 1s", Value: 0.5, OK: true}}
	keeps := aurea.Rate{Target: 100, Achieved: 99}
	counts := aurea.Counts{OK: 990}
	for what, test := range map[string]struct {
		result aurea.Result
		reason string
	}{
		"holds": {aurea.Result{Rate: &keeps, Counts: counts}, ""},
		"misses an objective": {aurea.Result{Rate: &keeps, Counts: counts,
			Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 1s", Value: 1.23456}}}, "p99 < 1s is 1.23s"},
		"has no data": {aurea.Result{Rate: &keeps, Counts: counts,
			Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 1s", NoData: true}}}, "p99 < 1s has no data"},
		"serves nothing": {aurea.Result{Rate: &keeps, Counts: aurea.Counts{Failed: 990},
			Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 1s", NoData: true}}},
			"p99 < 1s has no data, and no job ended ok"},
		"starts too few": {aurea.Result{Rate: &aurea.Rate{Target: 100, Achieved: 94}, Counts: counts},
			"only 94 of 100 jobs a second were started"},
		"ends too few": {aurea.Result{Rate: &keeps, Counts: aurea.Counts{OK: 800, Failed: 20}},
			"only 82 of 99 jobs a second ended: the target falls behind, or the run is too short for its latency"},
		"is invalid": {aurea.Result{Rate: &keeps, Counts: counts, Validity: aurea.Validity{State: aurea.Invalid,
			Reasons: []aurea.Reason{{Code: "delay", State: aurea.Degraded, Message: "late"},
				{Code: "generator_limit", State: aurea.Invalid, Message: "no ports left"}}}}, "no ports left"},
		"is aborted by another threshold": {aurea.Result{Counts: counts, Aborted: &aurea.Abort{Expression: "p99 < 3s"}},
			"p99 < 3s ended the run"},
	} {
		r := test.result
		if r.Duration = 10; r.Thresholds == nil {
			r.Thresholds = objectives
		}
		request := request(t, `"objectives": ["p99 < 1s"], "rate": "10..1000"`)
		p, err := newPoint(request, 100, aurea.Run{ID: "run-1", Status: aurea.StatusCompleted, Result: &r})
		if err != nil {
			t.Fatal(err)
		}
		if p.Reason != test.reason || p.OK != (test.reason == "") {
			t.Errorf("%s: ok is %v, because %q; want %q", what, p.OK, p.Reason, test.reason)
		}
		if p.Rate != 100 || p.Load() != 100 || p.Run != "run-1" {
			t.Errorf("%s: it is of %s at %v", what, p.Run, p.Load())
		}
	}
}

// A run without a complete result says nothing about its load.
func TestNoPoint(t *testing.T) {
	request := request(t, `"objectives": ["p99 < 1s"], "concurrency": "10..1000"`)
	for _, run := range []aurea.Run{
		{ID: "run-1", Status: aurea.StatusCancelled, Result: &aurea.Result{}},
		{ID: "run-1", Status: aurea.StatusFailed, Error: "a worker is lost"},
	} {
		p, err := newPoint(request, 100, run)
		want := "run run-1, at a load of 100, is " + string(run.Status) + " " + run.Error
		if err == nil {
			t.Errorf("a %s run is the point %+v", run.Status, p)
		} else if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
