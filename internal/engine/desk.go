package engine

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A desk is where a crew's jobs are counted. There is one a core, and
// neighbouring jobs go to different ones, so that they seldom meet.
type desk struct {
	warmup time.Duration

	mu        sync.Mutex
	tallies   *tallies
	spare     chan *tallies
	ended     int64 // jobs started that came to an end, whatever it was
	lastStart time.Duration
	lastEnd   time.Duration
	failures  map[string]aurea.ErrorClass
}

func newDesk(warmup time.Duration) *desk {
	d := &desk{warmup: warmup, tallies: newTallies(warmup > 0), spare: make(chan *tallies, 1), failures: map[string]aurea.ErrorClass{}}
	d.spare <- newTallies(warmup > 0)
	return d
}

// count counts a job that was started; err is why it failed, if it did.
func (d *desk) count(outcome aurea.Outcome, intended, start, end time.Duration, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended++
	d.lastStart, d.lastEnd = max(d.lastStart, start), max(d.lastEnd, end)
	tally := d.tallies.of(intended, d.warmup)
	switch outcome {
	case aurea.Cancelled:
		tally.Cancelled++
		return
	case aurea.Failed:
		if intended >= d.warmup {
			d.fail(err)
		}
	}
	tally.End(outcome, intended, start, end)
}

// drop counts a job that found no room.
func (d *desk) drop(intended time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tallies.of(intended, d.warmup).Dropped++
}

// fail counts a failure by its class, with the message of the first.
func (d *desk) fail(err error) {
	class := "error"
	var failure *workload.Failure
	if errors.As(err, &failure) {
		class = failure.Class
	}
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
