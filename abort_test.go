package aurea

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// observeSeconds shows an aborter a run with the given ok and failed jobs in each
// second, until it aborts the run.
func observeSeconds(a *Aborter, seconds ...Counts) (abort *Abort) {
	for i, counts := range seconds {
		interval := NewTally()
		for range counts.OK {
			interval.End(OK, 0, 0, time.Millisecond)
		}
		for range counts.Failed {
			interval.End(Failed, 0, 0, time.Millisecond)
		}
		abort = a.Observe(Progress{Elapsed: time.Duration(i+1) * time.Second, Length: time.Second, Interval: interval,
			Judged: interval})
		if abort != nil {
			return abort
		}
	}
	return nil
}

// A threshold that aborts is held against all judged jobs so far, once its delay
// has passed since the warm-up.
func TestAborter(t *testing.T) {
	good, bad := Counts{OK: 10}, Counts{Failed: 10}
	for _, test := range []struct {
		what       string
		thresholds []string
		warmup     time.Duration
		seconds    []Counts
		want       *Abort
	}{
		{"fails at once", []string{"error_rate < 50% abort"}, 0, []Counts{bad},
			&Abort{Expression: "error_rate < 50%", Value: 1, T: 1}},
		{"fails at the limit of all so far", []string{"error_rate < 50% abort"}, 0, []Counts{good, good, bad, bad, bad},
			&Abort{Expression: "error_rate < 50%", Value: 0.5, T: 4}},
		{"waits", []string{"error_rate < 50% abort after 3s"}, 0, []Counts{bad, bad, bad},
			&Abort{Expression: "error_rate < 50%", Value: 1, T: 3}},
		{"recovers in time", []string{"error_rate < 50% abort after 3s"}, 0, []Counts{bad, good, good, good}, nil},
		{"waits after the warm-up", []string{"error_rate < 50% abort after 1s"}, 2 * time.Second,
			[]Counts{bad, bad, bad}, &Abort{Expression: "error_rate < 50%", Value: 1, T: 3}},
		{"has no data", []string{"p99 < 1s abort"}, 0, []Counts{bad, bad}, nil},
		{"is the first of two", []string{"throughput > 1", "p99 < 1us abort", "throughput > 20 abort"}, 0,
			[]Counts{good}, &Abort{Expression: "p99 < 1us", Value: 0.001, T: 1}},
		{"reads the rate so far", []string{"throughput > 6 abort"}, 0, []Counts{good, {}},
			&Abort{Expression: "throughput > 6", Value: 5, T: 2}},
		{"holds", []string{"dropped_jobs < 1 abort"}, 0, []Counts{good}, nil},
	} {
		spec := Spec{NumJobs: 100, Warmup: Duration(test.warmup), Thresholds: parsed(test.thresholds...)}
		got := observeSeconds(NewAborter(NewPlan(spec, 1)), test.seconds...)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

// Pauses do not count: neither to the delay nor to the warm-up.
func TestAborterDuringAPause(t *testing.T) {
	spec := Spec{NumJobs: 100, Warmup: Duration(time.Second), Thresholds: parsed("error_rate < 50% abort after 2s")}
	a := NewAborter(NewPlan(spec, 1))
	failed := NewTally()
	failed.End(Failed, 0, 0, 1)
	for _, p := range []Progress{
		{Elapsed: 9 * time.Second, Paused: 8 * time.Second, Judged: failed},
		{Elapsed: 18 * time.Second, Paused: 16 * time.Second, Judged: failed},
	} {
		if abort := a.Observe(p); abort != nil {
			t.Fatalf("after %s, paused for %s: %+v", p.Elapsed, p.Paused, abort)
		}
	}
	want := &Abort{Expression: "error_rate < 50%", Value: 1, T: 19}
	got := a.Observe(Progress{Elapsed: 19 * time.Second, Paused: 16 * time.Second, Judged: failed})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNoAborterWithoutAThresholdThatAborts(t *testing.T) {
	a := NewAborter(NewPlan(Spec{NumJobs: 1, Thresholds: parsed("error_rate < 50%")}, 1))
	if a != nil {
		t.Errorf("there is one: %+v", a)
	}
	if abort := a.Observe(Progress{Elapsed: time.Second}); abort != nil {
		t.Errorf("it aborts: %+v", abort)
	}
}

// A run that a threshold ended fails by it, even if jobs that ended since mend
// the value. It is completed, invalid, and has no backlog.
func TestResultOfAnAbortedRun(t *testing.T) {
	tally := NewTally()
	for range 20 {
		tally.End(OK, 0, 0, time.Millisecond)
	}
	tally.Started, tally.Cancelled, tally.Planned = 20, 80, 100
	spec := Spec{NumJobs: 100, Rate: 10, Thresholds: parsed("throughput > 1", "error_rate < 50% abort")}
	abort := &Abort{Expression: "error_rate < 50%", Value: 1, T: 1}
	r := NewResult(NewPlan(spec, 1), Measurement{Tally: tally, Duration: 2 * time.Second, Stopped: true, Aborted: abort})
	if r.Status != StatusCompleted {
		t.Errorf("the run is %s", r.Status)
	}
	if r.Verdict != VerdictFail {
		t.Errorf("the verdict is %s", r.Verdict)
	}
	if diff := cmp.Diff(abort, r.Aborted); diff != "" {
		t.Errorf("aborted (-want +got):\n%s", diff)
	}
	checks := []ThresholdCheck{{Expression: "throughput > 1", Value: 10, OK: true},
		{Expression: "error_rate < 50%", Value: 1}}
	if diff := cmp.Diff(checks, r.Thresholds); diff != "" {
		t.Errorf("thresholds (-want +got):\n%s", diff)
	}
	validity := Validity{State: Invalid, Reasons: []Reason{{Code: "aborted", State: Invalid, Value: 1,
		Message: "a threshold ended the run after 1s, before its end; these are the jobs that had ended by then"}}}
	if diff := cmp.Diff(validity, r.Validity); diff != "" {
		t.Errorf("validity (-want +got):\n%s", diff)
	}
}

// A run that ended by itself before it could be stopped was not aborted.
func TestAbortThatCameTooLate(t *testing.T) {
	tally := NewTally()
	tally.End(Failed, 0, 0, time.Millisecond)
	tally.Started, tally.Planned = 1, 1
	spec := Spec{NumJobs: 1, Thresholds: parsed("error_rate < 50% abort")}
	m := Measurement{Tally: tally, Duration: time.Second, Aborted: &Abort{Expression: "error_rate < 50%", Value: 1, T: 1}}
	r := NewResult(NewPlan(spec, 1), m)
	if r.Aborted != nil {
		t.Errorf("it was aborted: %+v", r.Aborted)
	}
	if r.Verdict != VerdictFail {
		t.Errorf("the verdict is %s", r.Verdict)
	}
}
