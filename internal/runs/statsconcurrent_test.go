package runs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An instantExecutor executes every plan in no time.
type instantExecutor struct{ resolver }

func (instantExecutor) Execute(
	_ context.Context, plan aurea.Plan, _ *workload.Resolved, _ <-chan aurea.Command, observe func(aurea.Progress),
) (aurea.Measurement, error) {
	tally := aurea.NewTally()
	tally.Started = plan.Jobs
	for range plan.Jobs {
		tally.End(aurea.OK, 0, 0, time.Second)
	}
	observe(aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: tally})
	total := tally.Clone()
	total.Planned = plan.Jobs
	return aurea.Measurement{Duration: time.Second, Tally: total}, nil
}

// With a hundred concurrent callers and readers, every run ends and is counted
// once, or is refused.
func TestConcurrentCalls(t *testing.T) {
	const callers, each = 100, 2
	m := New(instantExecutor{}, Options{Queue: 20})
	ctx, drain := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	spec := decode(t, `{"num_jobs": 5}`)

	type tried struct{ completed, cancelled, refused int64 }
	results := make(chan tried)
	for i := range callers {
		go func() {
			var n tried
			for range each {
				ctx, leave := context.WithCancel(t.Context())
				if i%10 < 3 { // some callers leave before or during their run
					go leave()
				}
				run, err := m.Do(ctx, spec, nil)
				leave()
				switch {
				case errors.Is(err, aurea.ErrQueueFull):
					n.refused++
				case err != nil:
					t.Errorf("Do: %v", err)
				case run.Status == aurea.StatusCompleted:
					n.completed++
				case run.Status == aurea.StatusCancelled:
					n.cancelled++
				default:
					t.Errorf("a run is %s", run.Status)
				}
				if err := m.Ready(); err != nil {
					t.Errorf("Ready: %v", err)
				}
				stats := m.Stats()
				if stats.Queued > 20 || stats.Active > 1 {
					t.Errorf("%d queued, %d active; want at most 20 and 1", stats.Queued, stats.Active)
				}
				if n := len(stats.Recent); n > 20 {
					t.Errorf("%d recent runs, want at most 20", n)
				}
			}
			results <- n
		}()
	}
	var all tried
	for range callers {
		n := <-results
		all = tried{all.completed + n.completed, all.cancelled + n.cancelled, all.refused + n.refused}
	}
	drain()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	stats := m.Stats()
	completed := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCompleted}]
	cancelled := stats.Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}]
	if n := all.completed + all.cancelled + all.refused; n != callers*each {
		t.Errorf("%d of %d calls returned: %+v", n, callers*each, all)
	}
	if all.completed != completed || all.cancelled != cancelled {
		t.Errorf("callers saw %+v, the manager counts %d completed and %d cancelled", all, completed, cancelled)
	}
	if ok := stats.Workloads["sleep"].OK; completed == 0 || ok != 5*completed {
		t.Errorf("%d jobs in %d runs of 5", ok, completed)
	}
	if stats.Queued != 0 || stats.Active != 0 {
		t.Errorf("%d queued, %d active; want none", stats.Queued, stats.Active)
	}
}

// BenchmarkStats measures Stats while intervals with many different latencies
// arrive, one per call: its cost, and how long it holds the lock that the run
// needs.
func BenchmarkStats(b *testing.B) {
	interval := aurea.NewTally()
	for i := range 1_000_000 {
		took := time.Duration(i) * time.Microsecond
		interval.End(aurea.OK, 0, took/2, took)
	}
	spec, err := aurea.DecodeSpec([]byte(`{"num_jobs": 1}`))
	if err != nil {
		b.Fatal(err)
	}
	m := New(instantExecutor{}, Options{})
	e := &entry{plan: aurea.NewPlan(spec, 1)}
	m.running = e
	progress := aurea.Progress{Elapsed: time.Second, Length: time.Second, Interval: interval}
	for _, scraped := range []bool{false, true} {
		b.Run(map[bool]string{false: "observe only", true: "observe and read"}[scraped], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.observe(e, progress)
				if scraped {
					m.Stats()
				}
			}
		})
	}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Stats()
		}
	})
}
