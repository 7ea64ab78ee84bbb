package cluster

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// Law: a ledger is the sum of its tallies to the last bit, however many there are.
func TestLedgerIsTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		sum := aurea.NewTally()
		for range rapid.IntRange(0, 3*maxParts).Draw(t, "tallies") {
			tally := aurea.NewTally()
			for range rapid.IntRange(0, 3).Draw(t, "jobs") {
				tally.Started++
				outcome := rapid.SampledFrom([]aurea.Outcome{aurea.OK, aurea.Failed, aurea.TimedOut}).Draw(t, "outcome")
				tally.End(outcome, 0, drawTime(t, "delay"), 2*time.Second+drawTime(t, "end"))
			}
			tally.Cancelled = rapid.Int64Range(0, 1).Draw(t, "cancelled")
			tally.Dropped = rapid.Int64Range(0, 1).Draw(t, "dropped")
			l.add(tally)
			sum.Merge(tally)
		}
		l.Planned, l.Lost = 7, 2
		if len(l.parts) >= maxParts {
			t.Fatalf("%d tallies are kept apart, want fewer than %d", len(l.parts), maxParts)
		}
		if l.Started != sum.Started || l.Accounted() != sum.Accounted()+l.Lost {
			t.Fatalf("the ledger has %+v and %d started, want %+v and %d", l.Counts, l.Started, sum.Counts, sum.Started)
		}
		sum.Planned, sum.Lost = l.Planned, l.Lost
		equal(t, "the ledger", l.tally(), sum)
	})
}
