package aurea

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// A spec that is too large for a list is an outline there, in the result too, and
// the list says so; the rest of the result is as it was.
func TestLeaveOutLarge(t *testing.T) {
	body := strings.Repeat(`"}{][\\`, MaxListedSpec)
	spec := Spec{NumJobs: 3, Name: `"spec":{`, Workload: &Workload{Kind: "http", Parameters: map[string]any{"body": body}}}
	result := NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally()})
	result.Warnings = []string{`"spec":{"`}
	listed, err := Run{ID: "benchmark-1", Spec: spec, Result: result}.Listed()
	if err != nil {
		t.Fatal(err)
	}
	const outline = `{"workload":{"kind":"http"}}`
	if string(listed.Spec) != outline {
		t.Errorf("the spec is %.200s, want %s", listed.Spec, outline)
	}
	if diff := cmp.Diff([]string{"spec", "result.spec"}, listed.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	want := *result
	want.Spec = spec.Outline()
	if diff := cmp.Diff(encoded(t, want), encoded(t, listed.Result)); diff != "" {
		t.Errorf("the result is another one (-want +got):\n%s", diff)
	}
	if size := (RunPage{Runs: []ListedRun{listed}}).Size(); size > MaxListedSpec {
		t.Errorf("it takes %d bytes", size)
	}
}

// A spec of ordinary size stays.
func TestLeaveOutNothing(t *testing.T) {
	spec := Spec{NumJobs: 3, Workload: &Workload{Kind: "http", Parameters: map[string]any{"body": strings.Repeat("x", MaxListedSpec/2)}}}
	listed, err := Run{ID: "benchmark-1", Spec: spec, Result: NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally()})}.Listed()
	if err != nil {
		t.Fatal(err)
	}
	if listed.LeftOut != nil {
		t.Errorf("%q are left out", listed.LeftOut)
	}
	run, err := listed.Whole()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(encoded(t, spec), encoded(t, run.Result.Spec)); diff != "" {
		t.Errorf("the result has another spec (-want +got):\n%s", diff)
	}
}

// Law: the object that is found is the one that a decoder finds.
func FuzzMemberObject(f *testing.F) {
	f.Add(`{"a":"\"spec\":{","b":[{"spec":{"x":1}}],"spec":{"y":{"z":"}"}},"c":1}`)
	f.Add(`{"spec":{}}`)
	f.Add(`{"spec":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			_, _ = memberObject([]byte(text), "spec") // whatever it is given, it returns
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
