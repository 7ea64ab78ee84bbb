package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Merger merges the intervals of all shards of a run into its progress. It
// belongs to one goroutine at a time. Times are on the run's clock.
type Merger struct{}

// NewMerger returns a merger for the given number of shards. pace is the time
// between two reports of a worker: intervals end at its multiples. start is the
// run's start. It calls observe with each interval, from the method that
// completes the interval; see aurea.Progress for what observe may keep.
func NewMerger(plan aurea.Plan, start time.Time, shards int, pace time.Duration, observe func(aurea.Progress)) *Merger {
	panic("not yet")
}

// Add adds a report of a shard that its books have folded. A late one counts in
// the next interval.
func (m *Merger) Add(shard int, r *Report) { panic("not yet") }

// Lose tells that no report of the shard is awaited any more.
func (m *Merger) Lose(shard int) { panic("not yet") }

// Apply tells that a control was ordered for a moment.
func (m *Merger) Apply(control aurea.Control, at time.Duration) error { panic("not yet") }

// Stop tells that the run was stopped.
func (m *Merger) Stop() { panic("not yet") }

// Advance emits the intervals that ended too long ago to wait for more reports.
func (m *Merger) Advance(now time.Duration) { panic("not yet") }

// Finish emits what is left, of a run that ended at end. lost is the number of
// lost jobs in the judged part and in the warm-up.
func (m *Merger) Finish(end time.Duration, lost, lostInWarmup int64) { panic("not yet") }

// LivePlan returns the plan as changed by the controls, and their events.
func (m *Merger) LivePlan() (aurea.LivePlan, []aurea.RunEvent) { panic("not yet") }

// Points returns the series of the run.
func (m *Merger) Points() []aurea.Point { panic("not yet") }
