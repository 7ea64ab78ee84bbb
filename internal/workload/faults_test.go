package workload

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// newTestFaults returns the faults that a failure parameter asks for.
func newTestFaults(t *testing.T, failure map[string]any, seed uint64) *Faults {
	t.Helper()
	return open(t, Policy{}, "noop", map[string]any{"failure": failure}, seed).Faults
}

// The given share of jobs goes wrong in the given way, and the same jobs with
// the same seed.
func TestFaults(t *testing.T) {
	const jobs = 100_000
	for _, kind := range []string{"error", "timeout", "slow"} {
		failure := map[string]any{"rate": json.Number("0.1"), "kind": kind, "factor": json.Number("3")}
		f, again, other := newTestFaults(t, failure, 7), newTestFaults(t, failure, 7), newTestFaults(t, failure, 8)
		hit, same := 0, 0
		for job := range int64(jobs) {
			faults := faultsOf(f, job)
			if len(faults) > 0 && !slices.Equal(faults, []string{kind}) {
				t.Fatalf("%s: job %d has the faults %v", kind, job, faults)
			}
			if len(faults) > 0 {
				hit++
				if other.hits(job, kind) {
					same++
				}
			}
			if f.hits(job, kind) != again.hits(job, kind) {
				t.Fatalf("%s: job %d differs between two Faults of one seed", kind, job)
			}
		}
		if hit < jobs/10-400 || hit > jobs/10+400 {
			t.Errorf("%s: %d of %d jobs go wrong, want about a tenth", kind, hit, jobs)
		}
		if same > hit/5 {
			t.Errorf("%s: %d of %d jobs go wrong with another seed too, want about a tenth", kind, same, hit)
		}
	}
}

// faultsOf returns the kinds of fault that a job has.
func faultsOf(f *Faults, job int64) []string {
	var faults []string
	if f.Fails(job) {
		faults = append(faults, "error")
	}
	if f.Hangs(job) {
		faults = append(faults, "timeout")
	}
	if f.Slowed(job, time.Second) == 3*time.Second {
		faults = append(faults, "slow")
	}
	return faults
}

// A nil *Faults makes no job go wrong.
func TestNoFaults(t *testing.T) {
	var none *Faults
	if faults := faultsOf(none, 1); faults != nil {
		t.Errorf("a nil *Faults has the faults %v", faults)
	}
	if got := none.Slowed(1, 5); got != 5 {
		t.Errorf("a nil *Faults slows 5ns to %v", got)
	}
}

// A wrong failure parameter is refused, with its location.
func TestWrongFaults(t *testing.T) {
	for _, test := range []struct {
		failure any
		timeout aurea.Duration
		want    string
	}{
		{"often", 0, `workload.failure: must be an object; got "often"`},
		{map[string]any{"rate": json.Number("2")}, 0, `workload.failure.rate: must be a number from 0 to 1; got 2`},
		{map[string]any{"kind": "crash"}, 0, `workload.failure.kind: must be one of error, timeout, slow; got "crash"`},
		{map[string]any{"rates": json.Number("1")}, 0, `workload.failure.rates: is not a field; did you mean rate?`},
		{
			map[string]any{"kind": "timeout"}, 0,
			`workload.failure.kind: needs a timeout for the jobs, or those that hang would never end`,
		},
		{map[string]any{"kind": "timeout"}, aurea.Duration(time.Second), ""},
		{map[string]any{}, 0, ""},
	} {
		plan := aurea.Plan{
			Spec:     aurea.Spec{Timeout: test.timeout},
			Workload: aurea.Workload{Kind: "noop", Parameters: map[string]any{"failure": test.failure}},
		}
		err := resolveError(Policy{}, plan)
		if message(err) != test.want {
			t.Errorf("%v: %v, want %q", test.failure, err, test.want)
		}
		if errors.Is(err, aurea.ErrInvalid) != (test.want != "") {
			t.Errorf("%v: errors.Is(%v, ErrInvalid) is wrong", test.failure, err)
		}
	}
}

// A part or a step that hangs needs a timeout like a job, unless its kind has
// one.
func TestHangingChildrenNeedATimeout(t *testing.T) {
	const advice = "needs a timeout for the jobs, or those that hang would never end"
	for location, text := range map[string]string{
		"workload.steps[1].failure.kind": `{"kind": "steps", "steps": [
			{"kind": "noop"}, {"kind": "noop", "failure": {"kind": "timeout"}}]}`,
		"workload.parts[0].workload.failure.kind": `{"kind": "mix", "parts": [
			{"workload": {"kind": "cpu", "failure": {"kind": "timeout"}}}]}`,
		"workload.parts[0].workload.steps[0].failure.kind": `{"kind": "mix", "parts": [
			{"workload": {"kind": "steps", "steps": [{"kind": "noop", "failure": {"kind": "timeout"}}]}}]}`,
	} {
		w := parseWorkload(t, text)
		if got := message(resolveError(Policy{}, aurea.Plan{Workload: w})); got != location+": "+advice {
			t.Errorf("without a timeout: %q, want %s: %s", got, location, advice)
		}
		spec := aurea.Spec{Timeout: aurea.Duration(time.Second)}
		if err := resolveError(Policy{}, aurea.Plan{Spec: spec, Workload: w}); err != nil {
			t.Errorf("with a timeout: %v", err)
		}
	}
}
