package aurea

import (
	"fmt"
	"testing"
)

// A spec wants its number of workers, and at least one if it wants any.
func TestWantedWorkers(t *testing.T) {
	for _, test := range []struct {
		placement *Placement
		want      int64
	}{
		{nil, 0},
		{&Placement{Word: PlaceLocal}, 0},
		{&Placement{Word: PlaceAll}, 1},
		{&Placement{Count: 3}, 3},
		{&Placement{Selection: &WorkerSelection{Labels: map[string]string{"zone": "a"}}}, 1},
		{&Placement{Selection: &WorkerSelection{Count: 4}}, 4},
	} {
		if got := test.placement.Wanted(); got != test.want {
			t.Errorf("%+v wants %d workers, want %d", test.placement, got, test.want)
		}
	}
}

// The numbers of a result's workers are those of the first MaxWorkerStats.
func TestWorkerStats(t *testing.T) {
	var w Workers
	for i := range MaxWorkerStats + 1 {
		w.Of = append(w.Of, WorkerResult{
			ID: fmt.Sprint("id-", i), Name: fmt.Sprint("worker-", i), Throughput: 10, CPU: 0.5, Delay: WorkerQuantiles{P99: 2},
		})
	}
	stats := w.WorkerStats()
	if len(stats) != MaxWorkerStats {
		t.Fatalf("%d workers, want %d", len(stats), MaxWorkerStats)
	}
	if want := (WorkerStats{ID: "id-1", Name: "worker-1", Throughput: 10, CPU: 0.5, DelayP99: 2}); stats[1] != want {
		t.Errorf("the second is %+v, want %+v", stats[1], want)
	}
}
