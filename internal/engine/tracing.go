package engine

import (
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A tracing picks the jobs of a run that are traced, and keeps what they came to
// until it is reported. It may be nil: then no job is.
type tracing struct {
	trace aurea.Trace

	mu     sync.Mutex
	second time.Duration // the latest in which a job was picked
	picked int           // in it
	ended  []aurea.TracedJob
}

// pick is what a job is traced as that starts at the given moment of the run; nil
// if it is not. Most jobs are told by their number alone.
func (t *tracing) pick(job int64, start time.Duration) *workload.Traceparent {
	if t == nil || job%aurea.TraceEvery != 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if second := start.Truncate(time.Second); second > t.second {
		t.second, t.picked = second, 0
	}
	if t.picked == aurea.TracesASecond {
		return nil
	}
	t.picked++
	return workload.NewTraceparent(t.trace, job)
}

// end keeps what a job has come to.
func (t *tracing) end(job int64, start, end time.Time, outcome aurea.Outcome, err error) {
	traced := aurea.TracedJob{Job: job, Start: start, End: end, Outcome: outcome}
	if outcome != aurea.OK && err != nil {
		traced.Problem = err.Error()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = append(t.ended, traced)
}

// take hands out what is kept, once.
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
