package engine

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// A tallySet is what one event loop or recorder counts in an interval. It has a
// tally of the judged jobs and one of the warm-up, nil without a warm-up.
// Failed counts the failed jobs of both by class, and the timeouts of another
// class than "timeout".
//
// Judged jobs that started when intended and ended ok are in punctual until the
// set is settled. They are most jobs, and to record one takes one histogram there
// and three in a tally.
type tallySet struct {
	judged, warmup *aurea.Tally
	punctual       *hist.Histogram // latencies
	failed         map[string]int64
	breakdown      *aurea.Breakdown // of the judged jobs; nil if jobs report nothing
}

// newTallySet returns an empty tallySet, with a tally for the warm-up if there
// is one, and without a breakdown.
func newTallySet(warmup bool) *tallySet {
	t := &tallySet{judged: aurea.NewTally(), punctual: hist.New(), failed: map[string]int64{}}
	if warmup {
		t.warmup = aurea.NewTally()
	}
	return t
}

// newTallySetOf is newTallySet with a breakdown of what the jobs report.
func newTallySetOf(x *execution) *tallySet {
	t := newTallySet(x.plan.Spec.Warmup > 0)
	t.breakdown = aurea.NewBreakdown(x.jobs.Metrics)
	return t
}

// reset empties all of the set, which is settled.
func (t *tallySet) reset() {
	t.judged.Reset()
	if t.warmup != nil {
		t.warmup.Reset()
	}
	clear(t.failed)
	if t.breakdown != nil {
		t.breakdown.Reset()
	}
}

// forJob returns the tally that counts a job, by the job's intended start.
func (t *tallySet) forJob(intended, warmup time.Duration) *aurea.Tally {
	if intended < warmup {
		return t.warmup
	}
	return t.judged
}

// end counts a job that ran to its end. See aurea.Tally.End.
func (t *tallySet) end(outcome aurea.Outcome, intended, start, end, warmup time.Duration) {
	if start == intended && outcome == aurea.OK && intended >= warmup {
		t.punctual.Record(end - start)
	} else {
		t.forJob(intended, warmup).End(outcome, intended, start, end)
	}
}

// settle counts the punctual jobs in the tally of the judged ones.
func (t *tallySet) settle() {
	t.judged.EndPunctual(t.punctual)
	t.punctual.Reset()
}
