package workload

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func faultsFor(t *testing.T, failure map[string]any, seed uint64) *Faults {
	t.Helper()
	return open(t, Policy{}, "noop", map[string]any{"failure": failure}, seed).Faults
}

// As many jobs go wrong as were asked for, in the way that was asked for, and
// the same ones with the same seed.
func TestFaults(t *testing.T) {
	const jobs = 100_000
	for _, kind := range []string{"error", "timeout", "slow"} {
		failure := map[string]any{"rate": json.Number("0.1"), "kind": kind, "factor": json.Number("3")}
		f, again, other := faultsFor(t, failure, 7), faultsFor(t, failure, 7), faultsFor(t, failure, 8)
		hit, same := 0, 0
		for job := range int64(jobs) {
			found := map[string]bool{"error": f.Fails(job), "timeout": f.Hangs(job), "slow": f.Slowed(job, time.Second) == 3*time.Second}
			for name, is := range found {
				if is && name != kind {
					t.Fatalf("%s wanted, and job %d has a %s", kind, job, name)
				}
			}
			if found[kind] {
				hit++
				if other.hits(job, kind) {
					same++
				}
			}
			if f.hits(job, kind) != again.hits(job, kind) {
				t.Fatalf("%s: job %d goes wrong or not, with one seed", kind, job)
			}
		}
		if hit < jobs/10-400 || hit > jobs/10+400 || same > hit/5 {
			t.Errorf("%s: %d of %d jobs go wrong, %d of them with another seed too; want a tenth, and a tenth of that", kind, hit, jobs, same)
		}
	}
	var none *Faults
	if none.Fails(1) || none.Hangs(1) || none.Slowed(1, 5) != 5 {
		t.Error("no faults, and yet one")
	}
}

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
		{map[string]any{"kind": "timeout"}, 0, `workload.failure.kind: needs a timeout for the jobs, or those that hang would never end`},
		{map[string]any{"kind": "timeout"}, aurea.Duration(time.Second), ""},
		{map[string]any{}, 0, ""},
	} {
		plan := aurea.Plan{Spec: aurea.Spec{Timeout: test.timeout}, Workload: aurea.Workload{Kind: "noop", Parameters: map[string]any{"failure": test.failure}}}
		err := check(Policy{}, plan)
		if test.want == "" {
			if err != nil {
				t.Errorf("%v: %v", test.failure, err)
			}
			continue
		}
		if err == nil || err.Error() != test.want || !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%v: %v, want %s", test.failure, err, test.want)
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
		var w aurea.Workload
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatal(err)
		}
		if got := message(check(Policy{}, aurea.Plan{Workload: w})); got != location+": "+advice {
			t.Errorf("without a timeout: %q, want %s: %s", got, location, advice)
		}
		spec := aurea.Spec{Timeout: aurea.Duration(time.Second)}
		if err := check(Policy{}, aurea.Plan{Spec: spec, Workload: w}); err != nil {
			t.Errorf("with a timeout: %v", err)
		}
	}
}
