package engine

import (
	"slices"
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// spares are empty tallies of executions that are over. A tally is more than a
// megabyte, so a run of a few jobs would take longer to get its seven than to do
// its jobs. The zero value is ready; it may be used by several executions at once.
type spares struct{ pool sync.Pool }

// get returns an empty tally.
func (s *spares) get() *aurea.Tally {
	if t, ok := s.pool.Get().(*aurea.Tally); ok {
		return t
	}
	return aurea.NewTally()
}

// put takes a tally that nobody uses any more.
func (s *spares) put(t *aurea.Tally) {
	t.Reset()
	s.pool.Put(t)
}

// tally lends an empty tally for as long as the execution lasts. Only the
// goroutine that executes calls it.
func (x *execution) tally() *aurea.Tally {
	t := x.spares.get()
	x.lent = append(x.lent, t)
	return t
}

// giveBack is for when nobody uses what was lent any more, except what is kept.
func (x *execution) giveBack(kept *aurea.Tally) {
	for _, t := range slices.DeleteFunc(x.lent, func(t *aurea.Tally) bool { return t == kept }) {
		x.spares.put(t)
	}
	x.lent = nil
}
