package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// tallyLoads are loads with every outcome, in both models, with a warm-up and
// without.
var tallyLoads = []string{
	`"num_jobs": 150, "concurrency": 3`,
	`"duration": "2500ms", "concurrency": 5, "warmup": "1200ms"`,
	`"num_jobs": 300, "rate": 100, "warmup": "1500ms"`,
	`"duration": "3s", "rate": 90, "arrival": "poisson", "seed": 7, "warmup": "700ms"`,
	`"duration": "3s", "rate": 100, "concurrency": 2, "on_saturation": "drop", "warmup": "1s"`,
	`"duration": "5s", "rate": 100, "concurrency": 2, "warmup": "4s"`,
	`"stages": [{"duration": "2s", "concurrency": 9}, {"duration": "1s", "concurrency": 2}]`,
}

// tallyJobs are jobs of both drivers. Some fail, some take too long, and their
// times vary.
var tallyJobs = map[string]string{
	"event loops": `{"kind": "sleep", "duration": "25ms", "jitter": 0.9, "failure": {"rate": 0.2}}`,
	"worker pool": `{"kind": "steps", "steps": [{"kind": "sleep", "duration": "25ms", "jitter": 0.9}],
		"failure": {"rate": 0.2}}`,
}

// sameTally reports whether two tallies are equal to the last bit, but for
// Planned, which only the whole run knows.
func sameTally(a, b *aurea.Tally) bool {
	a, b = a.Clone(), b.Clone()
	a.Planned, b.Planned = 0, 0
	return slices.Equal(a.AppendBinary(nil), b.AppendBinary(nil))
}

// Law: the tallies of all intervals add up to the run's, judged jobs and those of
// the warm-up apart, to the last bit. That holds however the run ends.
func TestIntervalsAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		load := rapid.SampledFrom(tallyLoads).Draw(rt, "load")
		driver := rapid.SampledFrom([]string{"event loops", "worker pool"}).Draw(rt, "driver")
		stop := time.Duration(rapid.Int64Range(1, int64(6*time.Second)).Draw(rt, "stop"))
		p := plan(t, `{"timeout": "40ms", `+load+`, "workload": `+tallyJobs[driver]+`}`)
		judged, warmup := aurea.NewTally(), aurea.NewTally()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			defer time.AfterFunc(stop, cancel).Stop()
			resolved, err := everyKind.Resolve(p)
			if err != nil {
				rt.Fatal(err)
			}
			m, err := fake().Execute(ctx, p, resolved, nil, func(p aurea.Progress) {
				judged.Merge(p.Judged)
				warmup.Merge(p.Warmup)
				both := p.Judged.Clone()
				both.Merge(p.Warmup)
				if !sameTally(p.Interval, both) {
					rt.Errorf("the interval until %v is %+v, its parts %+v", p.Elapsed, p.Interval.Counts, both.Counts)
				}
				parts := !isEmpty(p.Judged) && !isEmpty(p.Warmup)
				if alone := p.Interval == p.Judged || p.Interval == p.Warmup; alone == parts {
					rt.Error("an interval of one part is that part itself, and only that")
				}
			})
			if err != nil {
				rt.Fatal(err)
			}
			if !sameTally(judged, m.Tally) {
				rt.Errorf("judged intervals %+v, run %+v", judged.Counts, m.Tally.Counts)
			}
			if !sameTally(warmup, m.Warmup) {
				rt.Errorf("intervals of the warm-up %+v, run %+v", warmup.Counts, m.Warmup.Counts)
			}
		})
	})
}

// Intervals that are pending at the end are joined, both of their tallies.
func TestPendingIntervalsAreJoined(t *testing.T) {
	x := newExecution(t.Context(), plan(t, `{"duration": "9s", "concurrency": 2, "warmup": "1s"}`), workload.Jobs{}, nil)
	defer x.cancel()
	var judged, warmup int64
	c := newCollector(x, 2, func(p aurea.Progress) {
		judged, warmup = judged+p.Judged.OK, warmup+p.Warmup.OK
	})
	one := func() *tallySet {
		tallies := newTallySet(true)
		tallies.judged.OK, tallies.warmup.OK = 1, 10
		return tallies
	}
	for i, at := range []time.Duration{time.Second, 2 * time.Second} {
		c.add(report{reporter: i, at: at, tallies: one()})
		c.add(report{reporter: i, at: 3 * time.Second, tallies: one(), last: true})
	}
	c.close(0, 0, 500*time.Millisecond)
	checkEqual(t, "judged jobs", judged, 4)
	checkEqual(t, "jobs of the warm-up", warmup, 40)
}
