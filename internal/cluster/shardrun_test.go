package cluster

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// The shards of a run share the number of jobs that are traced in a second.
func TestShardsShareTraces(t *testing.T) {
	plan := decodePlan(t, `{"num_jobs": 100, "workload": {"kind": "noop"}}`)
	plan.Trace = new(aurea.Trace)
	w := &Worker{options: WorkerOptions{Executor: engine.New("test", kinds.New(kinds.Options{}))}}
	shard := newShardRun(w, Prepare{Weights: []int{1, 1, 1, 1, 1}, Plan: plan}, nil)
	if err := shard.resolve(); err != nil {
		t.Fatal(err)
	}
	if got, want := shard.plan.Trace.PerSecond, aurea.MaxTracesPerSecond/5; got != want {
		t.Errorf("a fifth of the run traces %d jobs a second, want %d", got, want)
	}
	if got := plan.Trace.PerSecond; got != 0 {
		t.Errorf("the trace of the whole has %d jobs a second now", got)
	}
}
