package aurea

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// A large spec is replaced by an outline, also in the result, and LeftOut says so.
// The rest of the result stays.
func TestOmitLarge(t *testing.T) {
	body := strings.Repeat(`"}{][\\`, MaxListedSpec)
	spec := Spec{NumJobs: 3, Name: `"spec":{`,
		Workload: &Workload{Kind: "http", Parameters: map[string]any{"body": body}}}
	result := NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally()})
	result.Warnings = []string{`"spec":{"`}
	summary, err := Run{ID: "benchmark-1", Spec: spec, Result: result}.Summary()
	if err != nil {
		t.Fatal(err)
	}
	const outline = `{"workload":{"kind":"http"}}`
	if string(summary.Spec) != outline {
		t.Errorf("the spec is %.200s, want %s", summary.Spec, outline)
	}
	if diff := cmp.Diff([]string{"spec", "result.spec"}, summary.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	want := *result
	want.Spec = spec.Outline()
	if diff := cmp.Diff(encoded(t, want), encoded(t, summary.Result)); diff != "" {
		t.Errorf("the result has changed (-want +got):\n%s", diff)
	}
	if size := (RunPage{Runs: []RunSummary{summary}}).Size(); size > MaxListedSpec {
		t.Errorf("its size is %d bytes, want %d at most", size, MaxListedSpec)
	}
}

// A spec of ordinary size stays.
func TestOmitNothing(t *testing.T) {
	body := strings.Repeat("x", MaxListedSpec/2)
	spec := Spec{NumJobs: 3, Workload: &Workload{Kind: "http", Parameters: map[string]any{"body": body}}}
	result := NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally()})
	summary, err := Run{ID: "benchmark-1", Spec: spec, Result: result}.Summary()
	if err != nil {
		t.Fatal(err)
	}
	if summary.LeftOut != nil {
		t.Errorf("%q are left out", summary.LeftOut)
	}
	run, err := summary.Decode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(encoded(t, spec), encoded(t, run.Result.Spec)); diff != "" {
		t.Errorf("the result has another spec (-want +got):\n%s", diff)
	}
}

// The single workers of a large fleet are left out, and their figures stay.
func TestOmitWorkers(t *testing.T) {
	for n, want := range map[int][]string{2: nil, MaxListedWorkers: {"result.workers.of"}} {
		m := Measurement{Tally: NewTally(), Workers: fleetOf(n, func(_ int, w *WorkerResult) { w.Bound = 0.5 })}
		result := NewResult(NewPlan(Spec{NumJobs: 3}, 1), m)
		summary, err := Run{ID: "benchmark-1", Result: result}.Summary()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, summary.LeftOut); diff != "" {
			t.Errorf("of %d workers (-want +got):\n%s", n, diff)
		}
		run, err := summary.Decode()
		if err != nil {
			t.Fatal(err)
		}
		whole := *result.Workers
		if want != nil {
			whole.Of = []WorkerResult{}
		}
		if diff := cmp.Diff(&whole, run.Result.Workers); diff != "" {
			t.Errorf("of %d workers (-want +got):\n%s", n, diff)
		}
		if run.Result.Validity.State != result.Validity.State {
			t.Errorf("what follows the workers is %+v", run.Result.Validity)
		}
	}
}

// Law: memberObject finds the object that a decoder finds.
func FuzzMemberObject(f *testing.F) {
	f.Add(`{"a":"\"spec\":{","b":[{"spec":{"x":1}}],"spec":{"y":{"z":"}"}},"c":1}`)
	f.Add(`{"spec":{}}`)
	f.Add(`{"spec":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			_, _ = memberObject([]byte(text), "spec") // it must not panic
			return
		}
		compact, err := param.PlainJSON(object) // each member once
		if err != nil {
			return
		}
		var want bytes.Buffer
		if spec := object["spec"]; bytes.HasPrefix(spec, []byte("{")) {
			if err := json.Compact(&want, spec); err != nil {
				t.Fatal(err)
			}
		}
		from, to := memberObject(compact, "spec")
		if got := string(compact[from:to]); got != want.String() {
			t.Errorf("%s has %q as spec, want %q", compact, got, want.String())
		}
	})
}
