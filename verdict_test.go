package aurea

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The verdict is the most severe one that a threshold or the validity implies:
// fail, invalid, no data, pass.
func TestVerdicts(t *testing.T) {
	const holds, fails, empty = "p99 < 1s", "p99 < 1ms", "phases.connect.p99 < 1s"
	keep := func(*Result) {}
	degrade := func(r *Result) { r.Health.CPU = 1 }
	stop := func(r *Result) { r.Status = StatusCancelled }
	for _, test := range []struct {
		thresholds               string
		valid, degraded, invalid Verdict
	}{
		{"", VerdictNone, VerdictNone, VerdictNone},
		{holds, VerdictPass, VerdictPass, VerdictInvalid},
		{empty, VerdictNoData, VerdictNoData, VerdictInvalid},
		{fails, VerdictFail, VerdictFail, VerdictFail},
		{holds + "|" + empty, VerdictNoData, VerdictNoData, VerdictInvalid},
		{holds + "|" + fails, VerdictFail, VerdictFail, VerdictFail},
		{empty + "|" + fails, VerdictFail, VerdictFail, VerdictFail},
		{holds + "|" + empty + "|" + fails, VerdictFail, VerdictFail, VerdictFail},
	} {
		thresholds := slices.DeleteFunc(strings.Split(test.thresholds, "|"), func(s string) bool { return s == "" })
		for _, measurement := range []struct {
			is     ValidityState
			change func(*Result)
			want   Verdict
		}{{Valid, keep, test.valid}, {Degraded, degrade, test.degraded}, {Invalid, stop, test.invalid}} {
			for range 2 {
				r := healthy(t, thresholds...)
				measurement.change(r.Result)
				r.judge(r.Samples, nil)
				if r.Validity.State != measurement.is {
					t.Fatalf("the result is %s, want %s", r.Validity.State, measurement.is)
				}
				if r.Verdict != measurement.want {
					t.Errorf("%q of a %s result: %s, want %s", thresholds, measurement.is, r.Verdict, measurement.want)
				}
				if r.Thresholds == nil || len(r.Thresholds) != len(thresholds) {
					t.Errorf("%q: %+v", thresholds, r.Thresholds)
				}
				slices.Reverse(thresholds) // their order does not matter
			}
		}
	}
}

// A result in which no judged job ended ok is invalid, unless a threshold fails
// on what is known of its jobs.
func TestVerdictsWithoutOKJobs(t *testing.T) {
	const reads, rate = "p99 < 1s", "error_rate < 1%"
	for _, test := range []struct {
		what     string
		ended    map[Outcome]int
		rest     Counts
		reason   string
		verdicts map[string]Verdict // of each threshold alone
	}{
		{"failed", map[Outcome]int{Failed: 20}, Counts{}, "none_ok",
			map[string]Verdict{reads: VerdictInvalid, rate: VerdictFail, "completed_jobs > 0": VerdictFail,
				"throughput > 1": VerdictFail, "failed_jobs == 20": VerdictInvalid}},
		{"late", map[Outcome]int{TimedOut: 20}, Counts{}, "none_ok",
			map[string]Verdict{reads: VerdictInvalid, rate: VerdictFail, "service_time.p99 < 1ns": VerdictFail,
				"service_time.p99 < 1h": VerdictInvalid}},
		{"dropped", nil, Counts{Dropped: 20}, "no_samples",
			map[string]Verdict{reads: VerdictInvalid, rate: VerdictFail, "completed_jobs > 0": VerdictFail,
				"throughput > 1": VerdictFail, "dropped_jobs == 0": VerdictFail, "cost_per_job < 1": VerdictInvalid}},
		{"lost", nil, Counts{Lost: 20}, "no_samples", map[string]Verdict{reads: VerdictInvalid, rate: VerdictFail}},
		{"cancelled", nil, Counts{Cancelled: 20}, "no_samples",
			map[string]Verdict{reads: VerdictInvalid, rate: VerdictInvalid, "completed_jobs > 0": VerdictInvalid,
				"throughput > 1": VerdictInvalid}},
		{"in the warm-up only", nil, Counts{}, "no_samples",
			map[string]Verdict{reads: VerdictInvalid, rate: VerdictInvalid, "throughput > 1": VerdictInvalid}},
	} {
		for expression, want := range test.verdicts {
			tally, warmup := NewTally(), NewTally()
			warmup.End(OK, 0, 0, time.Millisecond)
			tally.Counts = test.rest
			for outcome, n := range test.ended {
				for range n {
					tally.End(outcome, 0, 0, time.Millisecond)
				}
			}
			tally.Planned = tally.Accounted()
			spec := Spec{NumJobs: 20, Warmup: Duration(time.Second), Thresholds: parsed(expression)}
			r := NewResult(NewPlan(spec, 1), Measurement{Duration: 3 * time.Second, Tally: tally, Warmup: warmup})
			if r.Validity.State != Invalid || r.Validity.Reasons[0].Code != test.reason {
				t.Errorf("jobs that were %s: %+v, want invalid by %s", test.what, r.Validity, test.reason)
			}
			if r.Verdict != want {
				t.Errorf("%s of jobs that were %s: %s, want %s", expression, test.what, r.Verdict, want)
			}
		}
	}
}
