package store

import (
	"errors"
	"log/slog"
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// A damage is which runs were found not to be what was kept. It may be used from
// any goroutine.
type damagedRuns struct {
	log *slog.Logger

	mu   sync.Mutex
	runs map[string]string // why, by their ids
}

// note takes in what reading a run has ended with.
func (d *damagedRuns) record(id string, err error) {
	broken := errors.Is(err, aurea.ErrDamaged)
	d.mu.Lock()
	_, known := d.runs[id]
	if broken && !known {
		d.runs[id] = err.Error()
	}
	d.mu.Unlock()
	if broken && !known {
		d.log.Error("a run is damaged", "run", id, "error", err)
	}
}

// mark marks a listed run as damaged that was found so by reading more of it than
// a list does.
func (d *damagedRuns) markListed(run *aurea.ListedRun) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if reason, found := d.runs[run.ID]; found && run.Damaged == "" {
		run.Damaged, run.Result = reason, nil
	}
}

// forget is for a run that is intact, or gone.
func (d *damagedRuns) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.runs, id)
}

// Damaged is how many runs were found not to be what was kept, by reading them or
// by Check.
func (s *Store) Damaged() int {
	s.damage.mu.Lock()
	defer s.damage.mu.Unlock()
	return len(s.damage.runs)
}
