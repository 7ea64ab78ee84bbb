package runs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// open returns the store as another server has it.
func (m *memoryStore) open() *memoryStore {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lives++
	return &memoryStore{memoryRows: m.memoryRows, life: m.lives, frozen: new(atomic.Pointer[chan struct{}])}
}

// freeze makes the writes of this server wait, as if it were suspended, until
// thaw is called.
func (m *memoryStore) freeze() (thaw func()) {
	frozen := make(chan struct{})
	m.frozen.Store(&frozen)
	return sync.OnceFunc(func() {
		m.frozen.Store(nil)
		close(frozen)
	})
}

// mine returns the row of an unfinished run that this server has in the run's
// epoch. The caller holds the lock.
func (m *memoryStore) mine(run aurea.Run) (*storedRow, error) {
	r, err := m.unfinished(run.ID)
	if err == nil && (r.life != m.life || r.epoch > run.Epoch) {
		err = fmt.Errorf("%w: run %s is another server's", aurea.ErrConflict, run.ID)
	}
	return r, err
}

func (m *memoryStore) Note(_ context.Context, run aurea.Run, noted []byte) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, err := m.mine(run)
	if err == nil {
		r.run, r.epoch, r.noted = run, run.Epoch, append([]byte{}, noted...)
	}
	return err
}

func (m *memoryStore) Release(_ context.Context, run aurea.Run) error {
	if err := m.write(); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, err := m.mine(run)
	if err == nil && r.noted == nil && r.run.Status != aurea.StatusQueued {
		err = fmt.Errorf("%w: run %s has begun", aurea.ErrConflict, run.ID)
	}
	if err == nil && r.noted != nil {
		r.run = run
	}
	if err == nil {
		r.life, r.by.Detached = 0, true
	}
	return err
}

// isOrphan reports whether a dead server has the run, or none. The caller holds
// the lock.
func (m *memoryStore) isOrphan(r *storedRow, owner string) bool {
	dead := r.by.Owner == owner || m.alive[r.by.Owner].Before(time.Now()) || r.released()
	return dead && r.life != m.life && !r.run.Status.Finished()
}

// released reports whether the run has no owner. Rows that a test made are not
// detached.
func (r *storedRow) released() bool { return r.life == 0 && r.by.Detached }

func (r *storedRow) adoptable() bool {
	return r.noted != nil || r.by.Detached && r.run.Status == aurea.StatusQueued && !r.stop
}

func (m *memoryStore) RecoverAdoptable(_ context.Context, owner string) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	return m.recover(owner, func(*storedRow) bool { return true })
}

// Recover spares noted runs for a minute.
func (m *memoryStore) Recover(_ context.Context, owner string) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	return m.recover(owner, func(r *storedRow) bool { return r.noted == nil })
}

func (m *memoryStore) recover(owner string, adopts func(*storedRow) bool) (
	interrupted []aurea.Run, adoptable []string, err error,
) {
	if err := m.write(); err != nil {
		return nil, nil, err
	}
	defer m.mu.Unlock()
	for id, r := range m.rows {
		spared := r.noted != nil && time.Since(m.alive[r.by.Owner]) < time.Minute
		switch {
		case !m.isOrphan(r, owner):
		case r.adoptable() && adopts(r):
			adoptable = append(adoptable, id)
		case !r.adoptable() || !spared:
			to := aurea.StatusInterrupted
			if r.stop && r.run.Status == aurea.StatusQueued {
				to = aurea.StatusCancelled
			}
			_ = r.run.Move(to, time.Now()) // any unfinished run can end so
			interrupted = append(interrupted, r.run)
		}
	}
	slices.Sort(adoptable)
	return interrupted, adoptable, nil
}

func (m *memoryStore) Adopt(_ context.Context, id, owner string) (aurea.Run, []byte, error) {
	if err := m.write(); err != nil {
		return aurea.Run{}, nil, err
	}
	defer m.mu.Unlock()
	r, err := m.unfinished(id)
	if err != nil {
		return aurea.Run{}, nil, err
	}
	if !m.isOrphan(r, owner) || !r.adoptable() {
		return aurea.Run{}, nil, fmt.Errorf("%w: run %s cannot be adopted", aurea.ErrConflict, id)
	}
	r.by.Owner, r.life = owner, m.life
	r.epoch++
	run := r.run
	run.Epoch = r.epoch
	return run, r.noted, nil
}
