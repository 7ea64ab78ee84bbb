package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Books are the account of one shard: the sum of its reports. Reports are folded
// in the order of their numbers, each once. Times are on the run's clock, as the
// coordinator reads it. Books belong to one goroutine at a time.
type Books struct {
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
func NewBooks(shard aurea.Plan, epoch uint64, metrics aurea.MetricNames) *Books { panic("not yet") }

// Fold adds a report that was received now. It keeps no memory of the report but
// its Final. The error of a refused report is for the worker.
func (b *Books) Fold(r *Report, now time.Duration) (Outcome, error) { panic("not yet") }

// Apply tells the books that a control was ordered for a moment: jobs may be due
// earlier or later from then on.
func (b *Books) Apply(control aurea.Control, at time.Duration) error { panic("not yet") }

// Lose closes the books of a worker that fell silent. Its planned jobs without
// an outcome are lost. until is when the run was stopped, aurea.Forever if the
// others continue: jobs that were due later do not count as planned where time
// ends the run. Reports that still come within booksOpen are folded, and after
// the last one nothing is lost.
func (b *Books) Lose(now, until time.Duration) { panic("not yet") }

// Ended reports whether the last report is in the books.
func (b *Books) Ended() bool { panic("not yet") }

// Lost reports whether the books were closed without the last report.
func (b *Books) Lost() bool { panic("not yet") }

// Judged returns the tally of the judged part. Once the books are closed its
// Planned and Lost are set. The tally belongs to the books.
func (b *Books) Judged() *aurea.Tally { panic("not yet") }

// Warmup returns the tally of the warm-up, empty without one, like Judged.
func (b *Books) Warmup() *aurea.Tally { panic("not yet") }

// Failures returns the failures of the judged part, the most frequent first. Of
// a worker without a last report they have no samples.
func (b *Books) Failures() []aurea.ErrorClass { panic("not yet") }

// Breakdown returns what the jobs reported; nil before the last report.
func (b *Books) Breakdown() *aurea.Breakdown { panic("not yet") }

// Final returns what the last report had beyond its tallies; nil before it.
func (b *Books) Final() *Final { panic("not yet") }

// Reports returns the number of folded reports.
func (b *Books) Reports() int64 { panic("not yet") }

// LastReport returns when the last report was folded; 0 before the first.
func (b *Books) LastReport() time.Duration { panic("not yet") }

// LongestGap returns the longest time without a report, from the run's start to
// the last report.
func (b *Books) LongestGap() time.Duration { panic("not yet") }
