package aurea

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// busy returns a worker that ended with ten jobs in flight from 1 s to 9 s.
func busy(name string) WorkerResult {
	return WorkerResult{ID: name, Name: name, Boot: name, State: WorkerEnded, Counts: Counts{Planned: 50, OK: 50},
		MaxInFlight: 10, PeakFrom: 1, PeakUntil: 9, LastEnd: 10, Throughput: 5}
}

// fleetOf returns n busy workers, changed by a function.
func fleetOf(n int, change func(i int, w *WorkerResult)) *Workers {
	w := &Workers{}
	for i := range n {
		one := busy(fmt.Sprint("w", i))
		change(i, &one)
		w.Of = append(w.Of, one)
	}
	return w
}

func TestSummaryOfWorkers(t *testing.T) {
	like := Environment{CPU: "a", MemoryBytes: 1000, Digest: "1"}
	w := fleetOf(4, func(i int, w *WorkerResult) {
		environment := like
		environment.Digest, environment.MemoryBytes = fmt.Sprint(i), 1000+uint64(i)
		w.Environment = &environment
		w.FirstDue, w.FirstStart = 0.25*float64(i), 0.25*float64(i)+0.125*float64(i%2)
		w.LastEnd = 10 + 0.5*float64(i)
		w.Bound, w.LongestGap = 0.001*float64(i), float64(i)
		w.Full = i == 1 || i == 2
		w.Delay.P99 = float64(i)
	})
	w.Of[3].State, w.Of[3].Boot = WorkerLost, "w0"
	w.LostShare = 0.5
	before := slices.Clone(w.Of)
	got := w.summarize()
	want := &Workers{Count: 4, Lost: 1, LostShare: 0.5, Spread: 0.125, EndSpread: 1, Bound: 0.003, LongestGap: 2, Full: 2,
		Hosts: 3}
	for _, i := range []int{3, 2, 1, 0} { // the lost one, then by delay
		one := w.Of[i]
		one.Environment = nil // they are alike
		want.Of = append(want.Of, one)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, w.Of); diff != "" {
		t.Errorf("the measurement was changed:\n%s", diff)
	}
}

// Law: the tallies of the workers are in the order in which the result lists the
// workers.
func TestTalliesOfListedWorkers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Measurement{Tally: NewTally(), Warmup: NewTally()}
		m.Workers = fleetOf(rapid.SampledFrom([]int{1, 2, 5, MaxListedWorkers + 3}).Draw(t, "workers"),
			func(i int, w *WorkerResult) {
				w.Delay.P99 = float64(rapid.IntRange(0, 3).Draw(t, "delay"))
				if rapid.Bool().Draw(t, "lost") {
					w.State = WorkerLost
				}
				w.Counts.OK = int64(i)
				tally := NewTally()
				tally.OK = int64(i)
				m.WorkerTally = append(m.WorkerTally, tally.Pack())
			})
		listed, tallies := m.Workers.summarize().Of, m.Samples().Workers
		if len(tallies) != len(listed) {
			t.Fatalf("%d tallies of %d listed workers", len(tallies), len(listed))
		}
		for i, of := range listed {
			tally, err := tallies[i].Unpack()
			if err != nil {
				t.Fatal(err)
			}
			if tally.OK != of.Counts.OK {
				t.Fatalf("worker %s has the tally of worker %d", of.Name, tally.OK)
			}
		}
	})
}

// A worker is found by its ID, and by its name unless several have that.
func TestFindWorker(t *testing.T) {
	w := fleetOf(4, func(i int, w *WorkerResult) { w.ID = fmt.Sprint("ID", i) })
	w.Of[2].Name, w.Of[3].Name = "twin", "twin"
	for worker, want := range map[string]int{"ID0": 0, "w1": 1, "ID3": 3} {
		if got, err := w.Find(worker); err != nil || got != want {
			t.Errorf("%s is worker %d (%v), want %d", worker, got, err, want)
		}
	}
	for worker, want := range map[string]error{"twin": ErrInvalid, "w3": ErrNotFound, "": ErrNotFound} {
		if _, err := w.Find(worker); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", worker, err, want)
		}
	}
	if _, err := (*Workers)(nil).Find("w0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("without workers: %v", err)
	}
}

// A worker that started nothing has no start to compare, and one that ended
// nothing no end.
func TestSummaryLeavesIdleWorkersOut(t *testing.T) {
	w := fleetOf(3, func(int, *WorkerResult) {})
	w.Of[1].FirstStart, w.Of[1].MaxInFlight, w.Of[1].LastEnd, w.Of[1].Counts = -1, 0, 0, Counts{}
	got := w.summarize()
	if got.Spread != 0 || got.EndSpread != 0 {
		t.Errorf("spread %v, end spread %v", got.Spread, got.EndSpread)
	}
}

// Environments that differ are named by field and kept.
func TestSummaryNamesUnlikeFields(t *testing.T) {
	w := fleetOf(3, func(i int, w *WorkerResult) {
		w.Environment = &Environment{CPU: fmt.Sprint(i), MemoryBytes: 1000 + 20*uint64(i), Kernel: "6",
			Cgroup: Cgroup{CPULimit: float64(i / 2)}}
	})
	got := w.summarize()
	if diff := cmp.Diff([]string{"cgroup.cpu_limit", "cpu", "memory_bytes"}, got.Unlike); diff != "" {
		t.Errorf("unlike fields (-want +got):\n%s", diff)
	}
	for _, of := range got.Of {
		if of.Environment == nil {
			t.Errorf("%s has no environment", of.Name)
		}
	}
}

// Law: no worker is lost from a result, however many there are.
func TestSummaryAccountsForAllWorkers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 2*MaxListedWorkers).Draw(t, "workers")
		var all Counts
		lost := 0
		w := fleetOf(n, func(i int, w *WorkerResult) {
			w.Counts = Counts{Planned: int64(i), OK: int64(i)}
			all.Add(w.Counts)
			if i%7 == 0 {
				w.State = WorkerLost
				lost++
			}
		})
		got := w.summarize()
		var sum Counts
		count, throughput := len(got.Of), 0.0
		for _, of := range got.Of {
			sum.Add(of.Counts)
			throughput += of.Throughput
		}
		if got.Rest != nil {
			sum.Add(got.Rest.Counts)
			count += got.Rest.Count
			throughput += got.Rest.Throughput
		}
		if len(got.Of) > MaxListedWorkers || count != n || got.Count != n || got.Lost != lost {
			t.Fatalf("%d workers, %d lost: %d listed, %d in all, %d and %d said", n, lost, len(got.Of), count, got.Count,
				got.Lost)
		}
		if sum != all || throughput != 5*float64(n) {
			t.Fatalf("counts %+v, want %+v; throughput %v of %d workers", sum, all, throughput, n)
		}
	})
}

func TestInFlightOfWorkers(t *testing.T) {
	apart := func(i int, w *WorkerResult) { w.PeakFrom, w.PeakUntil = 4*float64(i), 4*float64(i)+3 }
	together := func(int, *WorkerResult) {}
	brief := func(_ int, w *WorkerResult) { w.PeakUntil, w.Bound = 1.001, 0.001 }
	for name, test := range map[string]struct {
		n             int
		change        func(int, *WorkerResult)
		closed        bool
		seen          int64
		most, atLeast int64
	}{
		"one worker":                       {1, together, false, 3, 10, 0},
		"peaks at the same time":           {3, together, true, 0, 30, 0},
		"overlap within the clocks' error": {2, brief, true, 0, 20, 10},
		"peaks one after the other":        {3, apart, true, 0, 30, 10},
		"seen at the end of an interval":   {3, apart, true, 17, 30, 17},
		"arrivals":                         {3, together, false, 25, 30, 25},
		"seen with jobs of the warm-up":    {3, together, false, 99, 30, 30},
	} {
		most, atLeast := fleetOf(test.n, test.change).inFlight(test.closed, test.seen)
		if most != test.most || atLeast != test.atLeast {
			t.Errorf("%s: %d, at least %d; want %d and %d", name, most, atLeast, test.most, test.atLeast)
		}
	}
}

// The status of a run with a lost worker follows from what the spec allows.
func TestLostShareDecidesStatus(t *testing.T) {
	for _, test := range []struct {
		lost           bool
		share, allowed float64
		want           Status
	}{
		{false, 0, 0, StatusCompleted},
		{true, 0, 0, StatusFailed}, // only its last report is missing
		{true, 0.25, 0.2, StatusFailed},
		{true, 0.25, 0.25, StatusCompleted},
		{true, 0, 0.05, StatusFailed}, // 10 of 100 jobs are counted as lost
	} {
		w := fleetOf(2, func(i int, w *WorkerResult) {
			if i == 1 && test.lost {
				w.State = WorkerLost
			}
		})
		w.LostShare = test.share
		tally := NewTally()
		tally.Counts = Counts{Planned: 100, OK: 90, Lost: 10}
		spec := Spec{NumJobs: 100, Concurrency: 20, MaxLostFraction: test.allowed}
		r := NewResult(NewPlan(spec, 1), Measurement{Duration: time.Second, Tally: tally, Workers: w})
		if failed := r.Failure() != ""; failed != (test.want == StatusFailed) {
			t.Errorf("%+v: the failure is %q", test, r.Failure())
		}
		if r.Status != test.want || r.InFlight.Max != 20 || r.Workers.Count != 2 {
			t.Errorf("%+v: status %s, %+v, %+v", test, r.Status, r.InFlight, r.Workers)
		}
	}
}

// Programs depend on the JSON of the workers of a result.
func TestGoldenWorkers(t *testing.T) {
	plan, m := everything(t)
	environment := m.Environment
	environment.CPU = "another processor"
	m.Workers = &Workers{LostShare: 0.125, Of: []WorkerResult{
		{ID: "a1", Name: "one", Host: "host-1", Boot: "boot-1", Cores: 2, State: WorkerEnded,
			Counts: Counts{Planned: 5, OK: 4, Failed: 1}, Throughput: 2, Latency: WorkerQuantiles{0.25, 0.5},
			Delay: WorkerQuantiles{0.001, 0.002}, MaxInFlight: 2, PeakFrom: 1, PeakUntil: 2, Full: true, CPU: 0.5,
			Offset: -0.5, Bound: 0.0001, Drift: 0.00001, FirstDue: 0.25, FirstStart: 0.2501, LastEnd: 2.75, Reports: 3,
			LongestGap: 1.25, Environment: &m.Environment},
		{ID: "b2", Name: "two", Host: "host-1", Boot: "boot-1", Cores: 2, State: WorkerLost,
			Counts: Counts{Planned: 4, OK: 2, Cancelled: 1, Lost: 1}, MaxInFlight: 1, FirstStart: 0.5,
			Environment: &environment},
	}}
	result := NewResult(plan, m)
	written, err := json.Marshal(map[string]any{
		"in_flight": result.InFlight, "status": result.Status, "validity": result.Validity, "workers": result.Workers,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, "workers.json", written)
}
