package aurea

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// detailedRun returns a run with a result that has some of the details, and a
// warning that looks like a member.
func detailedRun() Run {
	spec := Spec{NumJobs: 3, Name: `"workers":{`}
	m := Measurement{Tally: NewTally(), Workers: fleetOf(2, func(int, *WorkerResult) {})}
	result := NewResult(NewPlan(spec, 1), m)
	result.Warnings = []string{`","workers":[{"`, `\`}
	result.Statuses = param.Named[int64]{{Name: "200", Value: 3}}
	return Run{ID: "benchmark-1", Spec: spec, Result: result}
}

// Without its details, a result has all its other members, and LeftOut names those
// that it had.
func TestOmitDetails(t *testing.T) {
	run := detailedRun()
	summary, err := run.Summary()
	if err != nil {
		t.Fatal(err)
	}
	summary.OmitDetails()
	want := run.Result.Outline()
	want.Warnings, want.Statuses, want.Workers = nil, nil, nil
	if diff := cmp.Diff(encoded(t, want), encoded(t, summary.Result)); diff != "" {
		t.Errorf("the result differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"result.statuses", "result.workers", "result.warnings"}, summary.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

// A result without details stays as it is, and so does a run without a result.
func TestOmitNoDetails(t *testing.T) {
	for _, result := range []json.RawMessage{nil, json.RawMessage(`null`), json.RawMessage(`{}`),
		json.RawMessage(`{"spec":{"workers":1,"parts":[2]},"series":null}`)} {
		summary := RunSummary{Result: result, LeftOut: []string{"spec"}}
		summary.OmitDetails()
		if string(summary.Result) != string(result) {
			t.Errorf("%s becomes %s", result, summary.Result)
		}
		if diff := cmp.Diff([]string{"spec"}, summary.LeftOut); diff != "" {
			t.Errorf("%s: left out (-want +got):\n%s", result, diff)
		}
	}
}

// The workers that a list has left out of a large fleet are named once.
func TestOmitDetailsOfLargeFleet(t *testing.T) {
	left := []string{"spec", "result.workers.of"}
	summary := RunSummary{Result: json.RawMessage(`{"workers":{"of":[]}}`), LeftOut: left}
	summary.OmitDetails()
	if diff := cmp.Diff([]string{"spec", "result.workers"}, summary.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

// Every detail is a member that a result may lack: what is left is a result.
func TestDetailsAreOptional(t *testing.T) {
	optional := map[string]bool{}
	for field := range reflect.TypeFor[Result]().Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		optional[name] = strings.Contains(options, "omitempty")
	}
	for _, name := range resultDetails {
		if !optional[name] {
			t.Errorf("a result must have %s", name)
		}
	}
}

// BenchmarkOmitDetails measures a result with the workers of a small fleet.
func BenchmarkOmitDetails(b *testing.B) {
	summary, err := detailedRun().Summary()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(summary.Result)))
	b.ReportAllocs()
	for b.Loop() {
		s := summary
		s.OmitDetails()
	}
}
