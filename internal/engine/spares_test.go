package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// What one execution has counted is in no other's numbers, and a result stays as
// it is when others have used the memory of its execution.
func TestSparesAreEmpty(t *testing.T) {
	e := New("test", workload.Host{})
	run := func(jobs string) *aurea.Result {
		t.Helper()
		result, err := e.Execute(t.Context(), plan(t, `{"workload": {"kind": "noop"}, "concurrency": 4, "num_jobs": `+jobs+`}`), nil, func(aurea.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := run("1000")
	latency, counts := aurea.Summarize(first.Tally.Latency), first.Tally.Counts
	for range 20 {
		if again := run("10"); again.Counts.OK != 10 || again.Latency.Count != 10 || again.ServiceTime.Count != 10 || again.FailedLatency.Count != 0 {
			t.Fatalf("%+v with %d latencies", again.Counts, again.Latency.Count)
		}
	}
	if diff := cmp.Diff(latency, aurea.Summarize(first.Tally.Latency)); diff != "" || first.Tally.Counts != counts || counts.OK != 1000 {
		t.Errorf("the first result has changed (-before +after):\n%s", diff)
	}
}
