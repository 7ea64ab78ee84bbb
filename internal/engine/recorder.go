package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A recorder counts jobs of a worker pool. There is one a core, and
// neighbouring jobs use different ones, so that the lock is seldom contended.
type recorder struct {
	latest *atomic.Pointer[snapshot]
	part   func(job int64) int // nil if the workload has no parts
	// secrets are masked in the messages of failures.
	secrets aurea.Secrets

	mu         sync.Mutex
	tallies    *tallySet
	spare      chan *tallySet
	endedJobs  int64         // jobs that were started and have ended, with any outcome
	firstStart time.Duration // forever before the first job
	lastStart  time.Duration
	lastEnd    time.Duration
	otherBusy  float64 // seconds; see aurea.Measurement
	failures   map[string]aurea.ErrorClass
	lateness   *hist.Histogram // open model: of judged jobs; else nil
}

// newRecorder returns an empty recorder of the execution's jobs.
func newRecorder(x *execution) *recorder {
	r := &recorder{
		latest:     &x.latest,
		part:       x.jobs.Part,
		secrets:    x.plan.Spec.Secrets,
		tallies:    newTallySetOf(x),
		spare:      make(chan *tallySet, 1),
		failures:   map[string]aurea.ErrorClass{},
		firstStart: forever,
	}
	r.spare <- newTallySetOf(x)
	if x.plan.Open() {
		r.lateness = hist.New()
	}
	return r
}

// An endedJob is a job that was started and has ended, by itself or by the
// run's stop.
type endedJob struct {
	job                  int64
	outcome              aurea.Outcome
	intended, start, end time.Duration
	scheduled            time.Duration // start without the pauses before
	lateness             time.Duration // open model: how late the generator itself started it
	err                  error         // nil if the job did not fail
	metrics              workload.JobMetrics
}

// addTo counts the job in a tally.
func (e endedJob) addTo(tally *aurea.Tally) {
	if e.outcome == aurea.Cancelled {
		tally.Cancelled++
		return
	}
	tally.End(e.outcome, e.intended, e.start, e.end)
}

// errorClass returns the class that the job's error is counted under; "" if the
// error says nothing beyond the outcome.
func (e endedJob) errorClass() string {
	switch {
	case e.outcome == aurea.Failed:
		return classOf(e.err, "error")
	case e.outcome == aurea.TimedOut && errors.Is(e.err, context.DeadlineExceeded) &&
		e.err != context.DeadlineExceeded: //nolint:errorlint // the bare error is not wrapped
		return classOf(e.err, timeoutClass)
	default:
		return ""
	}
}

// classOf returns the class of a workload.Failure in err, or otherwise. It is a
// function of its own because errors.As makes failure escape to the heap; jobs
// that end well do not call it (TestRecordAllocatesNothing).
func classOf(err error, otherwise string) string {
	var failure *workload.Failure
	if errors.As(err, &failure) {
		return failure.Class
	}
	return otherwise
}

// timeoutClass counts the timeouts whose error has no class of its own.
const timeoutClass = "timeout"

// record counts a job that was started.
func (r *recorder) record(e endedJob) {
	class := e.errorClass()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endedJobs++
	r.firstStart = min(r.firstStart, e.start)
	r.lastStart, r.lastEnd = max(r.lastStart, e.scheduled), max(r.lastEnd, e.end)
	warmup := r.latest.Load().warmup
	e.addTo(r.tallies.forJob(e.intended, warmup))
	if class != "" && class != timeoutClass {
		r.tallies.failed[class]++
	}
	if e.intended < warmup || e.outcome == aurea.Cancelled {
		r.otherBusy += secondsAfter(warmup, e.start, e.end)
	}
	if e.intended < warmup {
		return
	}
	if r.lateness != nil {
		r.lateness.Record(e.lateness)
	}
	if r.part != nil {
		e.addTo(r.tallies.breakdown.Part(r.part(e.job)))
	}
	if e.outcome != aurea.Cancelled {
		e.metrics.RecordIn(r.tallies.breakdown)
	}
	if class != "" {
		r.recordFailure(class, e.err)
	}
}

// recordDrop counts an arrival that found no free slot.
func (r *recorder) recordDrop(job int64, intended time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	warmup := r.latest.Load().warmup
	r.tallies.forJob(intended, warmup).Dropped++
	if r.part != nil && intended >= warmup {
		r.tallies.breakdown.Part(r.part(job)).Dropped++
	}
}

// recordFailure counts a failure by its class and keeps the first message. The
// caller holds r.mu.
func (r *recorder) recordFailure(class string, err error) {
	counted, known := r.failures[class]
	if !known {
		counted = aurea.ErrorClass{Class: class, Sample: r.secrets.MaskText(err.Error())}
	}
	counted.Count++
	r.failures[class] = counted
}

// handOver returns the tallies in a report and continues with empty ones. It
// also returns how many jobs have ended here so far.
func (r *recorder) handOver() (report, int64) {
	empty := <-r.spare // never blocks for long: the collector empties them within an interval
	r.mu.Lock()
	defer r.mu.Unlock()
	full := r.tallies
	r.tallies = empty
	return report{tallies: full, spare: r.spare}, r.endedJobs
}

// sortedClasses returns the classes, the most frequent first.
func sortedClasses(classes map[string]aurea.ErrorClass) []aurea.ErrorClass {
	return slices.SortedFunc(maps.Values(classes), func(a, b aurea.ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
}
