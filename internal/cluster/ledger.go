package cluster

import (
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// A ledger is a sum of tallies that takes little memory. A tally has 1 KB for each
// range of its times, mostly zeros, and a coordinator has two for each of a
// thousand workers. So a ledger keeps the tallies in their binary form, and sums
// them up when there are maxParts.
type ledger struct {
	aurea.Counts
	Started int64

	parts []aurea.PackedTally // their sum is the ledger's, but for Planned and Lost
}

// maxParts is how many tallies a ledger keeps apart. Each takes a few
// kilobytes, and a larger number spreads the work of summing up: 6 takes a
// server of a thousand workers 15 MB more and a few percent of a core less
// (BenchmarkManyWorkers).
const maxParts = 3

// scratch has empty tallies for sums that are needed for a moment.
var scratch = sync.Pool{New: func() any { return aurea.NewTally() }}

// release empties a tally of scratch and gives it back.
func release(t *aurea.Tally) {
	t.Reset()
	scratch.Put(t)
}

// add adds a tally without planned and lost jobs. Nil is an empty one.
func (l *ledger) add(t *aurea.Tally) {
	if t == nil || t.Started == 0 && t.Accounted() == 0 {
		return
	}
	l.Started += t.Started
	l.Add(t.Counts)
	l.parts = append(l.parts, t.Pack())
	l.sumUp()
}

// addLedger adds a ledger without planned and lost jobs, which it does not
// change.
func (l *ledger) addLedger(other *ledger) {
	l.Started += other.Started
	l.Add(other.Counts)
	l.parts = append(l.parts, other.parts...)
	l.sumUp()
}

// sumUp makes one part of all if there are too many.
func (l *ledger) sumUp() {
	if len(l.parts) >= maxParts {
		packed := l.packParts()
		clear(l.parts)
		l.parts = append(l.parts[:0], packed)
	}
}

// mergeInto adds the ledger to a tally.
func (l *ledger) mergeInto(t *aurea.Tally) {
	l.mergeParts(t)
	t.Planned += l.Planned
	t.Lost += l.Lost
}

func (l *ledger) mergeParts(t *aurea.Tally) {
	part := scratch.Get().(*aurea.Tally)
	defer release(part)
	for _, data := range l.parts {
		if err := part.UnmarshalBinary(data); err != nil {
			panic("cluster: a ledger does not read what it wrote: " + err.Error())
		}
		t.Merge(part)
	}
}

// pack returns the sum.
func (l *ledger) pack() aurea.PackedTally {
	t := scratch.Get().(*aurea.Tally)
	defer release(t)
	l.mergeInto(t)
	return t.Pack()
}

// tally returns the sum as a new tally.
func (l *ledger) tally() *aurea.Tally {
	t := aurea.NewTally()
	l.mergeInto(t)
	return t
}

// packParts is pack without planned and lost jobs.
func (l *ledger) packParts() aurea.PackedTally {
	if len(l.parts) == 1 {
		return l.parts[0]
	}
	t := scratch.Get().(*aurea.Tally)
	defer release(t)
	l.mergeParts(t)
	return t.Pack()
}

// inFlight returns how many jobs of a silent worker have started and no outcome.
// Without a last report, every cancelled job has started.
func (l *ledger) inFlight() int64 { return max(l.Started+l.Dropped-l.Accounted(), 0) }
