package cluster

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Member is a worker of a run, with the account of its shard.
type Member struct {
	Worker Hello
	Shard  aurea.Plan
	Books  *Books
	Clock  Estimate      // before the run
	Drift  time.Duration // change of the offset by the end
}

// NewMeasurement merges the closed books of all members, in the order of their
// shards, into the measurement of the plan. The caller adds the job records.
func NewMeasurement(plan aurea.Plan, start time.Time, merged *Merger, members []Member) aurea.Measurement {
	panic("not yet")
}
