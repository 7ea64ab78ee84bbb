package aurea

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An intervalOf is an interval with the given latencies of jobs that ended ok,
// each delayed by a tenth of it.
func intervalOf(latencies ...time.Duration) *Tally {
	tally := NewTally()
	for _, latency := range latencies {
		tally.End(OK, 0, latency/10, latency)
	}
	tally.Started = int64(len(latencies))
	return tally
}

// A Follower adds up the intervals: errors and dropped arrivals also of the
// warm-up, all else of the judged jobs.
func TestFollower(t *testing.T) {
	const ms = time.Millisecond
	spec := Spec{
		Duration: Duration(time.Minute), Rate: 10, Warmup: Duration(time.Second),
		Pricing: &Pricing{PerSecond: 0.1, PerJob: 0.25},
		Thresholds: parsed("throughput > 5", "p99 < 20ms", "phases.connect.p99 < 1ms", "parts.search.p99 < 1ms",
			"counters.bytes.total > 10", "in_flight < 4"),
	}
	f := NewFollower(NewPlan(spec, 42))
	warmup, empty := intervalOf(900*ms), NewTally()
	warmup.End(Failed, 0, 0, ms)
	warmup.Dropped = 2
	got := f.Observe(Progress{
		Elapsed: time.Second, Length: time.Second, Interval: warmup, Judged: empty, Warmup: warmup, InFlight: 5,
		Failures: map[string]int64{"status_503": 1}, Activity: Activity{Rate: 10, Limit: 7},
	})
	want := &SoFar{
		Seed: 42, Target: 10, Limit: 7, Dropped: 2, DelayP99: got.DelayP99,
		Errors: []ErrorSoFar{{Class: "status_503", Count: 1}},
	}
	for _, threshold := range spec.Thresholds {
		want.Thresholds = append(want.Thresholds, ThresholdCheck{Expression: threshold.Expression, NoData: true})
	}
	want.Thresholds[5].Value = 5
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in the warm-up (-want +got):\n%s", diff)
	}

	b := NewBreakdown(MetricNames{
		Phases: []string{"connect", "wait"}, Counters: []string{"bytes"}, Parts: []Part{{Name: "search"}, {Name: "buy"}},
	})
	b.Record([]time.Duration{2 * ms, -1}, []int64{8})
	b.Part(0).End(OK, 0, 0, 10*ms)
	b.Part(1).End(Failed, 0, 0, 10*ms)
	judged := intervalOf(10*ms, 10*ms)
	judged.Timeout, judged.Dropped = 1, 3
	got = f.Observe(Progress{
		Elapsed: 3 * time.Second, Length: 2 * time.Second, Interval: judged, Judged: judged, Breakdown: b, InFlight: 1,
		Failures: map[string]int64{"status_503": 0},
	})
	roundTimes(got)
	want = &SoFar{
		Seed: 42, Dropped: 5, DelayP99: 0.001,
		Errors: []ErrorSoFar{{Class: "status_503", Count: 1}, {Class: "timeout", Count: 1}},
		Thresholds: []ThresholdCheck{
			{Expression: "throughput > 5", Value: 1},
			{Expression: "p99 < 20ms", Value: 0.01, OK: true},
			{Expression: "phases.connect.p99 < 1ms", Value: 0.002},
			{Expression: "parts.search.p99 < 1ms", Value: 0.01},
			{Expression: "counters.bytes.total > 10", Value: 8},
			{Expression: "in_flight < 4", Value: 5},
		},
		Parts:   []PartSoFar{{Name: "buy", Failed: 1}, {Name: "search", OK: 1, P99: 0.01}},
		Latency: []Bucket{{UpTo: 0.01, Count: 2}}, Cost: 0.7518, // of 3 jobs and 18 ms
		Time: []TimeSoFar{
			{Name: "delay", Share: 0.1, Mean: 0.001, P99: 0.001}, {Name: "connect", Share: 0.1, Mean: 0.002, P99: 0.002},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("judged (-want +got):\n%s", diff)
	}
}

// roundTimes rounds the times, which histograms have within 0.1 %, for an exact
// comparison.
func roundTimes(s *SoFar) {
	round := func(seconds *float64) {
		d := time.Duration(*seconds * float64(time.Second))
		*seconds = d.Round(100 * time.Microsecond).Seconds()
	}
	round(&s.DelayP99)
	for i := range s.Thresholds {
		round(&s.Thresholds[i].Value)
	}
	for i := range s.Latency {
		round(&s.Latency[i].UpTo)
	}
	for i := range s.Parts {
		round(&s.Parts[i].P99)
	}
	for i := range s.Time {
		round(&s.Time[i].Share)
		round(&s.Time[i].Mean)
		round(&s.Time[i].P99)
	}
}

// The lists of a run so far are bounded, whatever its jobs report.
func TestFollowerBoundsItsLists(t *testing.T) {
	f := NewFollower(NewPlan(Spec{NumJobs: 1000}, 1))
	failures, interval := map[string]int64{}, NewTally()
	for class := range 100 {
		failures[string(rune('a'+class))] = int64(class + 1)
		interval.Failed += int64(class + 1)
		interval.End(OK, 0, 0, time.Duration(1<<(class%36)))
	}
	got := f.Observe(Progress{Elapsed: time.Second, Interval: interval, Judged: interval, Failures: failures})
	if len(got.Errors) != maxSoFar {
		t.Errorf("%d classes, want %d", len(got.Errors), maxSoFar)
	}
	if got.Errors[0].Count != 100 {
		t.Errorf("the first class has %d jobs, want the 100 of the most frequent one", got.Errors[0].Count)
	}
	if len(got.Latency) != maxBuckets {
		t.Errorf("%d buckets, want %d", len(got.Latency), maxBuckets)
	}
}

// The rate that is due and the limit follow the plan's clock and the controls.
func TestDueRateAndLimit(t *testing.T) {
	ramp := Profile{{From: 0, To: 100, Duration: 10}}
	open := NewLivePlan(Plan{Rate: ramp, End: Duration(10 * time.Second), Jobs: Unbounded, Concurrency: 5})
	closed := NewLivePlan(Plan{Level: ramp, End: Duration(10 * time.Second), Jobs: Unbounded, Concurrency: 100})
	paused, _, err := open.Apply(Control{Kind: Pause}, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	level, _, err := closed.Apply(Control{Kind: Pause}, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	limited := open
	limited.Plan.Spec.Concurrency = 5
	for _, test := range []struct {
		what  string
		live  LivePlan
		at    time.Duration
		rate  float64
		limit int64
	}{
		{"open, in the ramp", open, 4 * time.Second, 40, 0},
		{"open, at its end", open, 10 * time.Second, 0, 0},
		{"open and limited", limited, 4 * time.Second, 40, 5},
		{"open and paused", paused, 4 * time.Second, 0, 0},
		{"closed, in the ramp", closed, 4 * time.Second, 0, 40},
		{"closed and paused", level, 4 * time.Second, 0, 20},
	} {
		if got := test.live.DueRate(test.at); got != test.rate {
			t.Errorf("%s: %v jobs a second are due, want %v", test.what, got, test.rate)
		}
		if got := test.live.Limit(test.at); got != test.limit {
			t.Errorf("%s: the limit is %d, want %d", test.what, got, test.limit)
		}
	}
}
