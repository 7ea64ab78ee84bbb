package cluster

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// The engine's progress adds up to its measurement, so its last report agrees with
// the books, and the merged counts are those of the plan.
func TestEngineReportsAddUp(t *testing.T) {
	const mix = `{"kind": "mix", "parts": [
		{"name": "a", "weight": 3, "workload": {"kind": "sleep", "duration": "5ms"}},
		{"name": "b", "weight": 1, "workload": {"kind": "cpu", "cpu_time": "200us", "failure": {"rate": 0.2}}}]}`
	for name, c := range map[string]struct {
		spec string
		stop time.Duration // 0 for a run that ends by itself
	}{
		"closed, by number": {spec: `{"num_jobs": 500, "concurrency": 10, "job_duration_ms": 30}`},
		"closed, by time, with a warm-up": {spec: `{"duration": "1300ms", "concurrency": 10, "warmup": "300ms",
			"workload": {"kind": "sleep", "duration": "20ms", "failure": {"rate": 0.1}}}`},
		"drawn arrivals, with a warm-up, failures and timeouts": {spec: `{"rate": 300, "duration": "1300ms",
			"arrival": "poisson", "seed": 3, "warmup": "300ms", "timeout": "60ms", "workload":
			{"kind": "sleep", "duration": "40ms", "distribution": "exponential", "failure": {"rate": 0.1}}}`},
		"arrivals that are dropped": {spec: `{"rate": 300, "duration": "1s", "concurrency": 6, "on_saturation": "drop",
			"job_duration_ms": 50}`},
		"a mix":   {spec: `{"rate": 200, "num_jobs": 240, "warmup": "200ms", "workload": ` + mix + `}`},
		"stopped": {spec: `{"rate": 100, "num_jobs": 5000, "warmup": "300ms", "job_duration_ms": 90}`, stop: 1200 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := decodePlan(t, c.spec)
			ctx := t.Context()
			if c.stop > 0 {
				limited, cancel := context.WithTimeout(ctx, c.stop)
				defer cancel()
				ctx = limited
			}
			seen := newObserved()
			m := executeShards(ctx, t, plan, []int{2, 1, 3}, seen.observe)
			result := aurea.NewResult(plan, m)
			if err := result.Counts.Check(); err != nil {
				t.Error(err)
			}
			planned := m.Tally.Planned + m.Warmup.Planned
			switch {
			case plan.End == aurea.Forever && planned != plan.Jobs:
				t.Errorf("%d jobs were planned, want %d", planned, plan.Jobs)
			case plan.End != aurea.Forever && plan.Open() && planned != aurea.NewSchedule(plan).DueBefore(time.Duration(plan.End)):
				t.Errorf("%d jobs were planned, want those that were due", planned)
			}
			if (result.Status == aurea.StatusCancelled) != (c.stop > 0) {
				t.Errorf("the run is %s", result.Status)
			}
			if seen.judged.Accounted() != m.Tally.Accounted() || seen.warmup.Accounted() != m.Warmup.Accounted() {
				t.Errorf("observed %+v and %+v, want %+v and %+v", seen.judged.Counts, seen.warmup.Counts,
					m.Tally.Counts, m.Warmup.Counts)
			}
			if len(m.Failures) > 0 && m.Failures[0].Sample == "" || result.Counts.Failed > 0 && len(m.Failures) == 0 {
				t.Errorf("failures: %+v", m.Failures)
			}
		})
	}
}

// executeShards runs the shards of a plan at once, each on an engine, and merges
// what they report. The reports are delivered when all have ended.
func executeShards(
	ctx context.Context, t *testing.T, plan aurea.Plan, weights []int, observe func(aurea.Progress),
) aurea.Measurement {
	t.Helper()
	e := engine.New("test", kinds.New(kinds.Options{}))
	resolved, err := e.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	shards := plan.Shards(weights)
	reports := make([][]*Report, len(shards))
	var workers sync.WaitGroup
	for i, shard := range shards {
		workers.Go(func() {
			m, err := e.Execute(ctx, shard, resolved, nil, func(p aurea.Progress) {
				r := NewReport()
				r.Merge(&Report{Elapsed: p.Elapsed, Length: p.Length, InFlight: p.InFlight, Failures: p.Failures,
					Judged: p.Judged, Warmup: p.Warmup})
				r.Epoch, r.Seq = 7, uint64(len(reports[i])+1)
				reports[i] = append(reports[i], r)
			})
			if err != nil {
				t.Error(err)
				return
			}
			reports[i][len(reports[i])-1].Finish(m, 0)
		})
	}
	workers.Wait()
	start := time.Unix(1000, 0)
	merger := NewMerger(plan, start, len(shards), ReportInterval, observe)
	var members []Member
	for i, shard := range shards {
		members = append(members, Member{Shard: shard, Books: NewBooks(shard, 7, resolved.Metrics)})
		for _, r := range reports[i] {
			received := sent(t, r)
			if outcome, err := members[i].Books.Fold(received, received.Elapsed); outcome != Folded {
				t.Fatalf("report %d of shard %d is %s: %v", r.Seq, i, outcome, err)
			}
			merger.Add(i, received)
		}
	}
	return NewMeasurement(plan, start, merger, members)
}
