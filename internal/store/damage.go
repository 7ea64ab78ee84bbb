package store

import (
	"errors"
	"log/slog"
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// damagedRuns collects the runs that differ from what was stored. It is safe
// for concurrent use.
type damagedRuns struct {
	log *slog.Logger

	mu   sync.Mutex
	runs map[string]string // the reason by run ID
}

// record adds the run if err, the result of reading it, is an aurea.ErrDamaged.
// It logs each run once.
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

// markListed marks a listed run as damaged if an earlier read found damage in
// parts that a list does not read.
func (d *damagedRuns) markListed(run *aurea.RunSummary) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if reason, found := d.runs[run.ID]; found && run.Damaged == "" {
		run.Damaged, run.Result = reason, nil
	}
}

// forget removes a run that is intact or deleted.
func (d *damagedRuns) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.runs, id)
}

// Damaged returns how many runs reads and Check found to differ from what was
// stored.
func (s *Store) Damaged() int {
	s.damage.mu.Lock()
	defer s.damage.mu.Unlock()
	return len(s.damage.runs)
}
