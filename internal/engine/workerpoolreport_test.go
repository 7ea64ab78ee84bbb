package engine

import (
	"runtime"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A job that ends while a report is made has started once, and no report has fewer
// than no started jobs.
func TestJobThatEndsDuringAReport(t *testing.T) {
	p := plan(t, `{"num_jobs": 1, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`)
	pool := newWorkerPool(newExecution(t.Context(), p, openJobs(t, p), nil))
	pool.recorders = pool.recorders[:1]
	recorder := pool.recorders[0]
	to := &collector{reports: make(chan report, 2)}

	pool.inFlight.Store(1)
	recorder.mu.Lock() // as the job's goroutine holds it when the job ends
	reported := make(chan int64)
	go func() { reported <- pool.reportAll(to, Interval, 0, false) }()
	for len(recorder.spare) > 0 { // until the report has begun
		runtime.Gosched()
	}
	pool.inFlight.Store(0)
	recorder.endedJobs++
	recorder.tallies.judged.OK++
	recorder.mu.Unlock()
	checkEqual(t, "jobs started", <-reported, 1)

	recorder.spare <- newTallySetOf(pool.execution)
	pool.reportAll(to, 2*Interval, 1, true)
	for _, want := range []aurea.Counts{{OK: 1}, {}} {
		tally := (<-to.reports).tallies.judged
		checkEqual(t, "counts", tally.Counts, want)
		checkEqual(t, "started", tally.Started, want.OK)
	}
}

// A job that ends after its recorder has reported counts as started no later than in
// the last report.
func TestStartsNeverFall(t *testing.T) {
	p := plan(t, `{"num_jobs": 2, "workload": {"kind": "steps", "steps": [{"kind": "noop"}]}}`)
	pool := newWorkerPool(newExecution(t.Context(), p, openJobs(t, p), nil))
	pool.recorders = pool.recorders[:1]
	to := &collector{reports: make(chan report, 3)}
	pool.inFlight.Store(2)
	checkEqual(t, "two in flight", pool.reportAll(to, Interval, 0, false), 2)
	pool.inFlight.Store(0) // they have ended and are not recorded yet
	pool.recorders[0].spare <- newTallySetOf(pool.execution)
	checkEqual(t, "none recorded", pool.reportAll(to, 2*Interval, 2, false), 2)
	pool.recorders[0].endedJobs = 2
	pool.recorders[0].spare <- newTallySetOf(pool.execution)
	checkEqual(t, "both recorded", pool.reportAll(to, 3*Interval, 2, true), 2)
	for _, want := range []int64{2, 0, 0} {
		checkEqual(t, "started", (<-to.reports).tallies.judged.Started, want)
	}
}
