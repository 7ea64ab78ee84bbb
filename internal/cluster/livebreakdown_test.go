package cluster_test

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// What the jobs report is known while they run, of all workers together, as in a
// local run. At the end it is what the measurement has.
func TestLiveBreakdown(t *testing.T) {
	t.Parallel()
	s := startService(t, 2)
	plan := planOf(t, `{"rate": 100, "duration": "2500ms", "workload": {"kind": "mix", "parts": [
		{"name": "a", "weight": 3, "workload": {"kind": "sleep", "duration": "5ms"}},
		{"name": "b", "weight": 1, "workload": {"kind": "sleep", "duration": "1ms"}}]}}`)
	resolved, err := s.dispatcher.Resolve(plan)
	if err != nil {
		t.Fatal(err)
	}
	var seen []aurea.Counts // of part a
	var last string
	measured, err := s.dispatcher.Execute(t.Context(), plan, resolved, nil, func(p aurea.Progress) {
		if p.Breakdown == nil {
			return // it waits for its workers
		}
		seen = append(seen, p.Breakdown.Part(0).Counts)
		last = string(p.Breakdown.AppendBinary(nil))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 3 {
		t.Fatalf("part a was reported %d times, want once a second and at the end", len(seen))
	}
	total := measured.Breakdown.Part(0).OK
	if first := seen[0].OK; first == 0 || first >= total {
		t.Errorf("after a second %d jobs of part a were ok, want some of the %d", first, total)
	}
	for i := range seen[1:] {
		if seen[i].OK > seen[i+1].OK {
			t.Errorf("part a had %d jobs ok, and then %d", seen[i].OK, seen[i+1].OK)
		}
	}
	if last != string(measured.Breakdown.AppendBinary(nil)) {
		t.Error("at the end the breakdown is not that of the measurement")
	}
}
