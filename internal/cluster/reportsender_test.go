package cluster

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A report comes at the end of an interval and at its shard's turn, whatever
// the reports before it took. It has all that was observed until then.
func TestReportsTakeTurns(t *testing.T) {
	type taken struct{ At, Elapsed time.Duration }
	for name, c := range map[string]struct {
		shard, shards int
		pace          time.Duration
		want          []taken
	}{
		"the first":    {0, 8, second, []taken{{second, second}, {2 * second, 2 * second}, {3 * second, 3 * second}}},
		"one of a few": {4, 8, second, []taken{{1002 * ms, second}, {2002 * ms, 2 * second}, {3002 * ms, 3 * second}}},
		"one of many": {600, 1200, second, []taken{
			{1300 * ms, second}, {2300 * ms, 2 * second}, {3300 * ms, 3 * second}}},
		"one of all there is": {2000, 4000, 2 * second, []taken{{2750 * ms, 2 * second}, {4750 * ms, 4 * second}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newTestReporter(0, nil)
				r.shard.request = Prepare{Shard: c.shard, Weights: make([]int, c.shards)}
				r.pace = c.pace
				go func() {
					for n := range 5 {
						time.Sleep(second)
						r.observe(aurea.Progress{Elapsed: second * time.Duration(n+1), Length: second, Judged: aurea.NewTally()})
					}
				}()
				var got []taken
				for range c.want {
					report, last, err := r.take()
					if last || err != nil {
						t.Fatalf("last %t, %v", last, err)
					}
					got = append(got, taken{time.Since(r.started.At), decoded(t, report).Elapsed})
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("reports (-want +got):\n%s", diff)
				}
				time.Sleep(5 * second) // the observer ends
			})
		})
	}
}

// What a slow answer has held up is one report, and the next comes in time.
func TestReportsCatchUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTestReporter(0, nil)
		go func() {
			for n := range 5 {
				time.Sleep(second)
				r.observe(aurea.Progress{Elapsed: second * time.Duration(n+1), Length: second, Judged: aurea.NewTally()})
			}
		}()
		time.Sleep(3300 * ms)
		for _, want := range []time.Duration{3300 * ms, 4 * second, 5 * second} {
			report, _, err := r.take()
			if err != nil {
				t.Fatal(err)
			}
			if got := time.Since(r.started.At); got != want {
				t.Errorf("a report of %s came after %s, want %s", decoded(t, report).Elapsed, got, want)
			}
		}
	})
}
