package search

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// request decodes a search of runs that take a second.
func request(t *testing.T, members string) aurea.SearchRequest {
	t.Helper()
	r, err := aurea.DecodeSearch([]byte(`{"spec": {"duration": "1s", "labels": {"team": "a"}}, ` + members + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A target is a fake whose p99 is a thousandth of the load in seconds. A run takes
// its duration.
type target struct {
	specs  []aurea.Spec
	broken map[int]error // by run
	busy   int           // how many runs find the queue full
}

func (x *target) run(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
	if x.busy > 0 {
		x.busy--
		return aurea.Run{}, fmt.Errorf("%w: wait", aurea.ErrQueueFull)
	}
	x.specs = append(x.specs, spec)
	if err := x.broken[len(x.specs)-1]; err != nil {
		return aurea.Run{}, err
	}
	select {
	case <-time.After(time.Duration(spec.Duration)):
	case <-ctx.Done():
		return aurea.Run{Status: aurea.StatusCancelled}, nil
	}
	load := max(spec.Rate, float64(spec.Concurrency))
	tally := aurea.NewTally()
	for range 10 {
		tally.End(aurea.OK, 0, 0, time.Duration(load)*time.Millisecond)
	}
	tally.Planned, tally.Started = 10, 10
	m := aurea.Measurement{Tally: tally, Duration: time.Second, MaxInFlight: spec.Concurrency}
	return aurea.Run{ID: fmt.Sprint("run-", len(x.specs)), Status: aurea.StatusCompleted,
		Result: aurea.NewResult(aurea.NewPlan(aurea.Spec{NumJobs: 10, Thresholds: spec.Thresholds}, 1), m)}, nil
}

// A search runs its spec at one load after the other, with a cool-down between
// them, and ends when the limit is confirmed.
func TestSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, began := &target{}, time.Now()
		var seen []int
		s := aurea.Search{ID: "search-1", Request: request(t, `"objectives": ["p99 < 65ms"], "rate": "10..1000",
			"precision": "20%", "cooldown": "2s"`)}
		found := Run(t.Context(), s, x.run, func(s aurea.Search) { seen = append(seen, len(s.Points)) })
		var loads []float64
		var held []bool
		for i, p := range found.Points {
			loads, held = append(loads, p.Rate), append(held, p.OK)
			if want := fmt.Sprint("run-", i+1); p.Run != want {
				t.Errorf("point %d is of %s, want %s", i, p.Run, want)
			}
		}
		if diff := cmp.Diff([]float64{10, 20, 40, 80, 56.57, 67.27, 56.57, 67.27}, loads); diff != "" {
			t.Errorf("loads (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]bool{true, true, true, false, true, false, true, false}, held); diff != "" {
			t.Errorf("which hold (-want +got):\n%s", diff)
		}
		if found.Status != aurea.StatusCompleted || found.Outcome != aurea.LimitFound {
			t.Errorf("the search is %s, %s", found.Status, found.Outcome)
		}
		if *found.Limit != 56.57 || *found.Failing != 67.27 {
			t.Errorf("the limit is %v, and %v fails", *found.Limit, *found.Failing)
		}
		if took := time.Since(began); took != 8*time.Second+7*2*time.Second {
			t.Errorf("it took %v", took)
		}
		if reason := found.Points[3].Reason; reason != "p99 < 65ms is 80ms" {
			t.Errorf("80/s does not hold because %q", reason)
		}
		if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8}, seen); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{"team": "a", "search": "search-1"}, x.specs[0].Labels); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
	})
}

func TestSearchOutcomes(t *testing.T) {
	refused := errors.New("the target cannot be reached")
	for what, test := range map[string]struct {
		members        string
		target         target
		status         aurea.Status
		outcome        aurea.SearchOutcome
		limit, failing float64
		points         int
		err            string
	}{
		"all hold": {`"objectives": ["p99 < 65ms"], "rate": "10..40"`, target{},
			aurea.StatusCompleted, aurea.AllHold, 40, 0, 4, ""},
		"none holds": {`"objectives": ["p99 < 65ms"], "rate": "100..400"`, target{},
			aurea.StatusCompleted, aurea.NoneHolds, 0, 100, 2, ""},
		"concurrency": {`"objectives": ["p99 < 5ms"], "concurrency": "1..100"`, target{}, aurea.StatusCompleted,
			aurea.LimitFound, 4, 5, 8, ""},
		"out of time": {`"objectives": ["p99 < 65ms"], "rate": "10..1000", "max_time": "6500ms"`, target{},
			aurea.StatusCompleted, aurea.OutOfTime, 20, 0, 2, ""},
		"a run fails": {`"objectives": ["p99 < 65ms"], "rate": "10..1000"`, target{broken: map[int]error{2: refused}},
			aurea.StatusFailed, "", 20, 0, 2, "the target cannot be reached"},
		"the queue is full": {`"objectives": ["p99 < 65ms"], "rate": "10..40"`, target{busy: 3}, aurea.StatusCompleted,
			aurea.AllHold, 40, 0, 4, ""},
		"no data": {`"objectives": ["phases.connect.p99 < 65ms"], "rate": "10..40"`, target{}, aurea.StatusCompleted,
			aurea.NoneHolds, 0, 10, 2, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := aurea.Search{ID: "search-1", Request: request(t, test.members+`, "cooldown": "2s"`)}
			found := Run(t.Context(), s, test.target.run, nil)
			if found.Status != test.status || found.Outcome != test.outcome {
				t.Errorf("%s: the search is %s, %q", what, found.Status, found.Outcome)
			}
			checkEnd(t, what+": limit", found.Limit, test.limit)
			checkEnd(t, what+": failing", found.Failing, test.failing)
			if len(found.Points) != test.points {
				t.Errorf("%s: it has %d points, want %d", what, len(found.Points), test.points)
			}
			if found.Error != test.err {
				t.Errorf("%s: the error is %q, want %q", what, found.Error, test.err)
			}
			if found.FinishedAt == nil {
				t.Errorf("%s: it has not finished", what)
			}
		})
	}
}

// checkEnd checks an end of a search; 0 stands for none.
func checkEnd(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil && want != 0 || got != nil && *got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// A run that is cut short by the end of the search is no point.
func TestSearchIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(4500*time.Millisecond, cancel)
		s := aurea.Search{Request: request(t, `"objectives": ["p99 < 65ms"], "rate": "10..1000"`)}
		found := Run(ctx, s, (&target{}).run, nil)
		if found.Status != aurea.StatusCancelled || len(found.Points) != 2 {
			t.Errorf("the search is %s with %d points", found.Status, len(found.Points))
		}
	})
}

// A limit that may be the generator's, or that short runs cannot tell, is marked.
func TestSearchWarns(t *testing.T) {
	ten, twenty := 10.0, 20.0
	points := []aurea.SearchPoint{
		{Rate: 5, Doubts: []string{"gc_pause", "few_samples"}},
		{Rate: 10, Doubts: []string{"delay"}},
		{Rate: 20, Throughput: 15, Doubts: []string{"generator_cpu"}},
		{Rate: 20, Throughput: 15, Doubts: []string{"few_samples", "delay"}},
		{Rate: 30, Doubts: []string{"cpu_steal"}},
	}
	thirty := 30.0
	const generator = "the generator may be the limit, and not the target: at the load that fails its own trouble was "
	const few = "the runs have too few jobs to tell a percentile of an objective; a longer duration does"
	for what, test := range map[string]struct {
		s    aurea.Search
		want []string
	}{
		"serves nothing": {aurea.Search{Failing: &thirty, Points: points}, nil},
		"both ends": {aurea.Search{Limit: &ten, Failing: &twenty, Points: points},
			[]string{generator + "delay, generator_cpu", few}},
		"all hold":      {aurea.Search{Limit: &ten, Points: points}, nil},
		"few that hold": {aurea.Search{Limit: &twenty, Points: points}, []string{few}},
	} {
		if diff := cmp.Diff(test.want, warnings(test.s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}
