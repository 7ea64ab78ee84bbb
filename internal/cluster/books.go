package cluster

import (
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Books are the account of one shard: the sum of its reports. Reports are folded
// in the order of their numbers, each once. Times are on the run's clock, as the
// coordinator reads it. Books belong to one goroutine at a time.
type Books struct {
	live    aurea.LivePlan // of the shard
	epoch   uint64
	metrics aurea.MetricNames

	judged, warmup ledger
	failures       map[string]int64 // of the judged part, as far as reports tell
	piece          []byte           // of the breakdown, so far
	breakdown      *aurea.Breakdown // of the last report
	soFar          *aurea.Breakdown // before the last report
	final          *Final

	reports uint64 // folded
	elapsed time.Duration
	cpu     float64
	seen    int64 // most jobs in flight at the end of an interval
	heard   time.Duration
	gap     time.Duration

	lost          bool
	lostAt, until time.Duration
}

// An Outcome says what a report did to the books.
type Outcome string

// The outcomes of a report.
const (
	Folded  Outcome = "folded"  // it was the next one, and is in the books
	Again   Outcome = "again"   // it was in the books already
	Refused Outcome = "refused" // the error says why
)

// NewBooks opens the books of a shard. metrics names what its jobs report.
func NewBooks(shard aurea.Plan, epoch uint64, metrics aurea.MetricNames) *Books {
	return &Books{
		live: aurea.NewLivePlan(shard), epoch: epoch, metrics: metrics,
		failures: map[string]int64{},
	}
}

// Fold adds a report that was received now. A refused one changes nothing, and
// the error is for its worker. Fold keeps no memory of the report but its Final.
// A report whose Final has a problem leaves the books open; Lose closes them.
func (b *Books) Fold(r *Report, now time.Duration) (Outcome, error) {
	switch {
	case r.Epoch != b.epoch:
		return Refused, fmt.Errorf("the report is of epoch %d, and the run has epoch %d", r.Epoch, b.epoch)
	case r.Seq <= b.reports:
		b.hear(now)
		return Again, nil
	case b.final != nil:
		return Refused, fmt.Errorf("report %d comes after the last one, %d", r.Seq, b.reports)
	case r.Seq != b.reports+1:
		return Refused, fmt.Errorf("report %d comes after report %d", r.Seq, b.reports)
	case b.lost && now > b.lostAt+booksOpen:
		return Refused, errors.New("the worker counts as lost: its last report came too late")
	}
	b.clearLost()
	err := b.fold(r, now)
	b.account()
	if err != nil {
		return Refused, err
	}
	return Folded, nil
}

// Adopt adds the merged reports of a shard that another server has coordinated
// before. Nothing was folded yet. The next report follows the number of this one.
func (b *Books) Adopt(sum *Report, now time.Duration) error {
	switch {
	case b.reports > 0 || b.final != nil:
		return errors.New("the books have reports already")
	case sum.Epoch != b.epoch || sum.Final != nil:
		return errors.New("the merged reports are not those of a run that is taken over")
	}
	b.heard = now
	return b.fold(sum, now)
}

// fold checks the report and adds it.
func (b *Books) fold(r *Report, now time.Duration) error {
	if err := b.check(r, now); err != nil {
		return err
	}
	soFar, err := b.foldSoFar(r)
	if err != nil {
		return err
	}
	if err := b.close(r); err != nil {
		return err
	}
	if b.soFar = soFar; b.breakdown != nil {
		b.soFar = nil
	}
	b.hear(now)
	b.foldFailures(r)
	b.judged.add(r.Judged)
	b.warmup.add(r.Warmup)
	b.reports, b.elapsed, b.cpu = r.Seq, r.Elapsed, r.CPU
	b.seen = max(b.seen, r.InFlight)
	return nil
}

// hear notes that the worker was heard of.
func (b *Books) hear(now time.Duration) {
	b.gap = max(b.gap, now-b.heard)
	b.heard = max(b.heard, now)
}

// foldFailures adds the failures of the judged part. A report does not tell them
// from those of the warm-up, so in the interval with both, the judged part gets
// as many as it has.
func (b *Books) foldFailures(r *Report) {
	left := r.Judged.Failed + r.Judged.Timeout
	for _, class := range sortedKeys(r.Failures) {
		n := min(r.Failures[class], left)
		if left -= n; n == 0 {
			continue
		}
		if _, known := b.failures[class]; !known && len(b.failures) >= maxClasses-1 {
			class = otherClass
		}
		b.failures[class] += n
	}
}

// close sets the final part, if the report has one, once the totals agree.
func (b *Books) close(r *Report) error {
	if size := len(b.piece) + len(r.Piece); size > maxBreakdown {
		return fmt.Errorf("the breakdown has %d bytes, more than %d", size, maxBreakdown)
	}
	piece := append(b.piece, r.Piece...)
	if r.Final == nil || r.Final.Problem != "" {
		b.piece, b.final = piece, r.Final
		return nil
	}
	judged, warmup := scratch.Get().(*aurea.Tally), scratch.Get().(*aurea.Tally)
	defer release(judged)
	defer release(warmup)
	b.judged.mergeParts(judged)
	b.warmup.mergeParts(warmup)
	judged.Merge(r.Judged)
	warmup.Merge(r.Warmup)
	judged.Planned, warmup.Planned = r.Final.Judged.Planned, r.Final.Warmup.Planned
	if err := b.checkFinal(r, judged, warmup); err != nil {
		return err
	}
	if len(piece) > 0 {
		breakdown, err := decodeBreakdown(piece, b.metrics)
		if err != nil {
			return err
		}
		b.breakdown = breakdown
	}
	b.piece, b.final = nil, r.Final
	return nil
}

// Apply tells the books that a control was ordered for a moment: jobs may be due
// earlier or later from then on. The error is that of aurea.LivePlan.Apply.
func (b *Books) Apply(control aurea.Control, at time.Duration) error {
	next, _, err := b.live.Apply(control, at)
	if err == nil {
		b.live = next
	}
	return err
}

// Lose closes the books of a worker that fell silent or had a problem. Its
// planned jobs without an outcome are lost. until is when the run was stopped,
// aurea.Forever if the others continue: where time ends the run, jobs that were
// due later are not planned. Reports that still come within booksOpen are folded,
// and after the last one nothing is lost.
func (b *Books) Lose(now, until time.Duration) {
	if b.Ended() || b.lost {
		return
	}
	b.lost, b.lostAt, b.until = true, now, until
	b.account()
}

// Ended reports whether the last report is in the books, without a problem.
func (b *Books) Ended() bool { return b.final != nil && b.final.Problem == "" }

// Lost reports whether the books were closed without the last report.
func (b *Books) Lost() bool { return b.lost && !b.Ended() }

// Judged returns the tally of the judged part. Once the books are closed its
// Planned and Lost are set. For counts alone, Counts costs nothing.
func (b *Books) Judged() aurea.PackedTally { return b.judged.pack() }

// Warmup returns the tally of the warm-up, empty without one, like Judged.
func (b *Books) Warmup() aurea.PackedTally { return b.warmup.pack() }

// Counts returns the counts of the judged part and of the warm-up.
func (b *Books) Counts() (judged, warmup aurea.Counts) { return b.judged.Counts, b.warmup.Counts }

// Started returns how many jobs have started, those of the warm-up with them.
func (b *Books) Started() int64 { return b.judged.Started + b.warmup.Started }

// Failures returns the failures of the judged part, the most frequent first. Of
// a worker without a last report they have no samples.
func (b *Books) Failures() []aurea.ErrorClass {
	if b.Ended() {
		return b.final.Failures
	}
	var classes []aurea.ErrorClass
	for class, n := range b.failures {
		classes = append(classes, aurea.ErrorClass{Class: class, Count: n})
	}
	return sorted(classes)
}

// Breakdown returns what the jobs reported; nil before the last report, or if
// they reported nothing.
func (b *Books) Breakdown() *aurea.Breakdown { return b.breakdown }

// Final returns what the last report had beyond its tallies; nil before it.
func (b *Books) Final() *Final { return b.final }

// Reports returns the number of folded reports.
func (b *Books) Reports() int64 { return int64(b.reports) }

// LastReport returns when the worker was last heard of: when a report was folded
// or came again. It is 0 before the first.
func (b *Books) LastReport() time.Duration { return b.heard }

// LongestGap returns the longest time without a report, from the run's start to
// the last report.
func (b *Books) LongestGap() time.Duration { return b.gap }
