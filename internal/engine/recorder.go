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
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A desk is where a crew's jobs are counted. There is one a core, and
// neighbouring jobs go to different ones, so that they seldom meet.
type desk struct {
	latest *atomic.Pointer[snapshot]
	part   func(job int64) int // nil where jobs are all of one kind

	mu        sync.Mutex
	tallies   *tallySet
	detail    *aurea.Detail // of the judged part
	spare     chan *tallySet
	ended     int64 // jobs started that came to an end, whatever it was
	lastStart time.Duration
	lastEnd   time.Duration
	otherBusy float64 // seconds; see aurea.Measurement
	failures  map[string]aurea.ErrorClass
}

func newDesk(x *execution) *desk {
	d := &desk{
		latest:   &x.latest,
		part:     x.jobs.Part,
		tallies:  newTallySet(x.plan.Spec.Warmup > 0),
		detail:   aurea.NewDetail(x.jobs.Measures),
		spare:    make(chan *tallySet, 1),
		failures: map[string]aurea.ErrorClass{},
	}
	d.spare <- newTallySet(x.plan.Spec.Warmup > 0)
	return d
}

// An ended is a job that was started and is no more.
type ended struct {
	job                  int64
	outcome              aurea.Outcome
	intended, start, end time.Duration
	scheduled            time.Duration // the start, less the pauses before
	err                  error         // why it failed, if it did
	notes                workload.Notes
}

func (e ended) countIn(tally *aurea.Tally) {
	if e.outcome == aurea.Cancelled {
		tally.Cancelled++
		return
	}
	tally.End(e.outcome, e.intended, e.start, e.end)
}

// class is what the job is counted under if its error tells what went wrong; ""
// if there is nothing to tell.
func (e ended) class() string {
	switch {
	case e.outcome == aurea.Failed:
		return classOf(e.err, "error")
	case e.outcome == aurea.TimedOut && errors.Is(e.err, context.DeadlineExceeded) && e.err != context.DeadlineExceeded: //nolint:errorlint // one that says no more than that is not wrapped
		return classOf(e.err, timeoutClass)
	default:
		return ""
	}
}

// classOf is the class that an error says, or the one given. It is apart from what
// is done for every job, since to look for it allocates.
func classOf(err error, otherwise string) string {
	var failure *workload.Failure
	if errors.As(err, &failure) {
		return failure.Class
	}
	return otherwise
}

// timeoutClass is what jobs that took too long are counted under, if they are not
// of another class.
const timeoutClass = "timeout"

// count counts a job that was started.
func (d *desk) count(e ended) {
	class := e.class()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended++
	d.lastStart, d.lastEnd = max(d.lastStart, e.scheduled), max(d.lastEnd, e.end)
	warmup := d.latest.Load().warmup
	e.countIn(d.tallies.forJob(e.intended, warmup))
	if class != "" && class != timeoutClass {
		d.tallies.failed[class]++
	}
	if e.intended < warmup || e.outcome == aurea.Cancelled {
		d.otherBusy += secondsAfter(warmup, e.start, e.end)
	}
	if e.intended < warmup {
		return
	}
	if d.part != nil {
		e.countIn(d.detail.Part(d.part(e.job)))
	}
	if e.outcome != aurea.Cancelled {
		e.notes.RecordIn(d.detail)
	}
	if class != "" {
		d.fail(class, e.err)
	}
}

// drop counts a job that found no room.
func (d *desk) drop(job int64, intended time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	warmup := d.latest.Load().warmup
	d.tallies.forJob(intended, warmup).Dropped++
	if d.part != nil && intended >= warmup {
		d.detail.Part(d.part(job)).Dropped++
	}
}

// fail counts a failure by its class, with the message of the first.
func (d *desk) fail(class string, err error) {
	counted, known := d.failures[class]
	if !known {
		counted = aurea.ErrorClass{Class: class, Sample: err.Error()}
	}
	counted.Count++
	d.failures[class] = counted
}

// handIn gives the tallies away and goes on with empty ones. It also says how
// many jobs have ended here so far.
func (d *desk) handIn() (report, int64) {
	empty := <-d.spare // the collector is never an interval behind
	d.mu.Lock()
	defer d.mu.Unlock()
	full := d.tallies
	d.tallies = empty
	return report{tallies: full, spare: d.spare}, d.ended
}

// sortedClasses lists classes of failures, the most frequent first.
func sortedClasses(classes map[string]aurea.ErrorClass) []aurea.ErrorClass {
	return slices.SortedFunc(maps.Values(classes), func(a, b aurea.ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
}
