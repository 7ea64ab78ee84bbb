package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// A watcher that comes late gets the run from its start: the first interval
// begins with it, and the totals lead to those of the newest interval.
func TestLateWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serveStore(t, newMemoryStore(), "one", Options{})
		run := s.submit(t, `{"num_jobs": 1000}`, "")
		time.Sleep(700*time.Second + time.Millisecond)
		var seen []aurea.RunProgress
		for update, err := range s.manager.Watch(t.Context(), run.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if update.Kind == aurea.UpdateProgress {
				seen = append(seen, *update.Run.Progress)
			}
			if update.Run.Progress != nil && update.Run.Progress.Elapsed == 700 && update.Kind == aurea.UpdateProgress {
				break
			}
		}
		if n := len(seen); n < 128 || n > 256 {
			t.Fatalf("a late watcher got %d intervals of 700, want 128 to 256", n)
		}
		before := aurea.RunProgress{}
		for _, p := range seen {
			if length := p.Elapsed - before.Elapsed; length > 4 {
				t.Errorf("the interval that ends at %v is %v s long, want 4 at most", p.Elapsed, length)
			}
			if p.OK+p.Failed <= before.OK+before.Failed {
				t.Errorf("%d jobs have ended at %v, after %d", p.OK+p.Failed, p.Elapsed, before.OK+before.Failed)
			}
			before = p
		}
		if current := s.get(t, run.ID).Progress; cmp.Diff(*current, before) != "" {
			t.Errorf("the newest interval is %+v, want %+v", before, *current)
		}
	})
}

// Law: the past has the intervals of the series, with the totals at their ends,
// and the newest one as it was added.
func TestPastIsTheSeries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h past
		var series aurea.Series
		var total aurea.RunProgress
		tally := aurea.NewTally()
		n := rapid.IntRange(1, 1200).Draw(t, "intervals")
		for i := range n {
			tally.Reset()
			for range i % 4 {
				tally.End(aurea.OK, 0, 0, time.Duration(1+i%7)*time.Millisecond)
			}
			p := aurea.Progress{Elapsed: time.Duration(i+1) * time.Second, Length: time.Second, Interval: tally}
			point := p.Point()
			total.Elapsed, total.OK = point.T, total.OK+point.OK
			total.Throughput, total.P50, total.P90, total.P99 = point.Throughput, point.P50, point.P90, point.P99
			total.SoFar = &aurea.SoFar{DelayP99: float64(i), Latency: []aurea.Bucket{{UpTo: 1, Count: 1}}}
			h.add(total, p)
			series.Add(p)
		}
		points := series.Points()
		want := make([]aurea.RunProgress, len(points))
		var ok int64
		for i, point := range points {
			ok += point.OK
			want[i] = aurea.RunProgress{
				Elapsed: point.T, OK: ok, Throughput: point.Throughput, P50: point.P50, P90: point.P90, P99: point.P99,
				SoFar: &aurea.SoFar{DelayP99: point.T - 1},
			}
		}
		want[len(want)-1] = total
		if diff := cmp.Diff(want, h.progress); diff != "" {
			t.Errorf("after %d intervals (-want +got):\n%s", n, diff)
		}
	})
}

// What a watcher holds does not change when intervals are added.
func TestPastIsImmutable(t *testing.T) {
	var h past
	tally := aurea.NewTally()
	add := func(i int) {
		h.add(aurea.RunProgress{Elapsed: float64(i), OK: int64(i), SoFar: &aurea.SoFar{}},
			aurea.Progress{Elapsed: time.Duration(i) * time.Second, Length: time.Second, Interval: tally})
	}
	for i := 1; i <= 255; i++ {
		add(i)
	}
	held := h.progress
	copied := append([]aurea.RunProgress{}, held...)
	for i := 256; i <= 600; i++ {
		add(i)
	}
	if diff := cmp.Diff(copied, held); diff != "" {
		t.Errorf("what a watcher holds has changed (-before +after):\n%s", diff)
	}
}
