package engine

import (
	"cmp"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A tracing picks the jobs of a run that are traced, and keeps them until they
// are reported. A nil tracing picks none.
type tracing struct {
	trace   aurea.Trace
	secrets aurea.Secrets // masked in the causes of failures

	mu     sync.Mutex
	second time.Duration // the latest second in which a job was picked
	picked int           // number of jobs picked in that second
	ended  []aurea.TracedJob
}

// pick returns the trace context of a job that starts at the given time; nil if
// the job is not traced. For most jobs the number alone decides, without the
// lock.
func (t *tracing) pick(job int64, start time.Duration) *workload.Traceparent {
	if t == nil || job%aurea.TraceEvery != 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if second := start.Truncate(time.Second); second > t.second {
		t.second, t.picked = second, 0
	}
	if t.picked == cmp.Or(t.trace.PerSecond, aurea.MaxTracesPerSecond) {
		return nil
	}
	t.picked++
	return workload.NewTraceparent(t.trace, job)
}

// end adds a traced job that has ended.
func (t *tracing) end(job int64, start, end time.Time, outcome aurea.Outcome, err error) {
	traced := aurea.TracedJob{Job: job, Start: start, End: end, Outcome: outcome}
	if outcome != aurea.OK && err != nil {
		traced.Problem = t.secrets.MaskText(err.Error())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = append(t.ended, traced)
}

// take returns the ended jobs since the previous call.
func (t *tracing) take() []aurea.TracedJob {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	taken := t.ended
	t.ended = nil
	return taken
}
