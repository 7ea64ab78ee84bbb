package aurea

import (
	"slices"
	"strings"
	"testing"
)

// fleet gives a result two workers between which nothing is wrong.
func fleet(r *Result) *Workers {
	r.Workers = &Workers{Count: 2, Hosts: 2, Of: []WorkerResult{
		{ID: "a1", Name: "one", State: WorkerEnded}, {ID: "b2", Name: "two", State: WorkerEnded},
	}}
	return r.Workers
}

// lose loses the second worker of a fleet.
func lose(r *Result, status Status, share, allowed float64) {
	w := fleet(r)
	w.Lost, w.LostShare, w.Of[1].State = 1, share, WorkerLost
	r.Status, r.Spec.MaxLostFraction = status, allowed
}

var workerValidityTests = []validityTest{
	{"worker_lost", Degraded, func(r *Result) { fleet(r) },
		func(r *Result) { lose(r, StatusCompleted, 0.1, 0.25) }, 0.1, 0.25},
	{"start_spread", Degraded, func(r *Result) { fleet(r).Spread = 0.1 },
		func(r *Result) { fleet(r).Spread = 0.11 }, 0.11, 0.1},
	{"start_spread", Degraded, func(r *Result) { fleet(r).Spread, r.Duration = 0.005, 0.4 },
		func(r *Result) { fleet(r).Spread, r.Duration = 0.006, 0.4 }, 0.006, 0.005},
	{"clock_bound", Degraded, func(r *Result) { fleet(r).Bound = 0.005 },
		func(r *Result) { fleet(r).Bound = 0.006 }, 0.006, 0.005},
	{"report_gap", Degraded, func(r *Result) { fleet(r).LongestGap = 2 },
		func(r *Result) { fleet(r).LongestGap = 2.5 }, 2.5, 2},
	{"report_gap", Degraded, func(r *Result) { w := fleet(r); w.LongestGap, w.Count, w.Hosts = 4, 2001, 2001 },
		func(r *Result) { w := fleet(r); w.LongestGap, w.Count, w.Hosts = 4.5, 2001, 2001 }, 4.5, 4},
	{"unlike_workers", Degraded, func(r *Result) { fleet(r).Unlike = []string{} },
		func(r *Result) { fleet(r).Unlike = []string{"cpu", "kernel"} }, 0, 0},
	{"uneven_workers", Degraded, func(r *Result) { fleet(r).EndSpread = 0.5 },
		func(r *Result) { fleet(r).EndSpread = 0.6 }, 0.6, 0.5},
	{"uneven_workers", Degraded, // ends may be one job apart
		func(r *Result) { fleet(r).EndSpread, r.ServiceTime.Max = 3, 3 },
		func(r *Result) { fleet(r).EndSpread, r.ServiceTime.Max = 3.5, 3 }, 3.5, 3},
	{"uneven_workers", Degraded, // a run that ends by the clock has its last jobs as they fall
		func(r *Result) { fleet(r).EndSpread, r.Spec.NumJobs = 5, 0 }, func(r *Result) { fleet(r).EndSpread = 5 }, 5,
		0.5},
	{"uneven_workers", Degraded, // jobs of the warm-up are some of the number
		func(r *Result) { fleet(r).EndSpread, r.Spec.NumJobs = 5, 1200 },
		func(r *Result) {
			fleet(r).EndSpread, r.Spec.NumJobs = 5, 1200
			r.Warmup = &Warmup{Counts: Counts{Planned: 200, OK: 200}}
		}, 5, 0.5},
	{"uneven_workers", Degraded, // arrivals are due when they are due
		func(r *Result) { openModel(r); fleet(r).EndSpread = 5 }, func(r *Result) { fleet(r).EndSpread = 5 }, 5, 0.5},
	{"split_bound", Degraded, func(r *Result) { r.Model = Open; fleet(r) },
		func(r *Result) { r.Model = Open; fleet(r).Full = 1 }, 2, 10},
	{"split_bound", Degraded, func(r *Result) { r.Model = Open; w := fleet(r); w.Full, w.Count, w.Hosts = 1, 1, 1 },
		func(r *Result) { r.Model = Open; fleet(r).Full = 2 }, 2, 10},
	{"shared_host", Degraded, func(r *Result) { fleet(r) }, func(r *Result) { fleet(r).Hosts = 1 }, 2, 1},
	{"not_all_in_flight", Degraded,
		func(r *Result) { fleet(r); r.InFlight.Max = 10 },
		func(r *Result) { fleet(r); r.InFlight.Max, r.InFlight.AtLeast = 10, 5 }, 5, 10},
}

// Jobs that were left waited for a slot if a worker was full, and only then.
func TestFullWorkerHasABacklog(t *testing.T) {
	r := healthy(t).Result
	w := fleet(r)
	r.Model, r.Counts.Cancelled, r.InFlight.Max = Open, 1, 10
	if got := reasonCodes(r); !slices.Equal(got, []string{"not_started"}) {
		t.Errorf("a job is left without a full worker: %v", got)
	}
	w.Full = 1
	if got := reasonCodes(r); !slices.Equal(got, []string{"backlog", "split_bound"}) {
		t.Errorf("a job is left with a full worker: %v", got)
	}
}

// A run that failed with its workers says so before it says that it was stopped.
func TestLostWorkersInvalidateFailedRun(t *testing.T) {
	r := healthy(t).Result
	lose(r, StatusFailed, 0.25, 0)
	r.Workers.Lost = 6
	got := r.checkValidity()
	if got.State != Invalid || !slices.Equal(reasonCodes(r), []string{"worker_lost", "stopped"}) {
		t.Fatalf("%+v", got)
	}
	if first := got.Reasons[0]; first.Value != 0.25 || !strings.HasPrefix(first.Message, "workers two and 5 more fell") {
		t.Errorf("the reason is %+v", first)
	}
}

// A shared machine is told in words that fit its number.
func TestSharedMachinesAreNamed(t *testing.T) {
	for hosts, want := range map[int]string{1: "4 workers shared one machine, ", 3: "4 workers shared 3 machines, "} {
		r := healthy(t).Result
		w := fleet(r)
		w.Count, w.Hosts = 4, hosts
		if got := r.checkValidity(); len(got.Reasons) != 1 || !strings.HasPrefix(got.Reasons[0].Message, want) {
			t.Errorf("with %d machines the reasons are %+v, want %q", hosts, got.Reasons, want)
		}
	}
}

// The codes of reasons are labels of a metric, so each is listed once.
func TestValidityCodesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range ValidityCodes() {
		if seen[code] {
			t.Errorf("%s is listed twice", code)
		}
		seen[code] = true
	}
	if !seen["worker_lost"] {
		t.Error("worker_lost is not listed")
	}
}

// reasonCodes returns the codes of the reasons of a result.
func reasonCodes(r *Result) (codes []string) {
	for _, reason := range r.checkValidity().Reasons {
		codes = append(codes, reason.Code)
	}
	return codes
}
