package runs

import (
	"context"

	"github.com/aurea-orchestrator/aurea"
)

// System returns what the manager executes and keeps. The error is an
// aurea.ErrUnavailable if the store cannot be read.
func (m *Manager) System(ctx context.Context) (aurea.System, error) {
	runs, bytes, err := m.store.Usage(ctx)
	if err != nil {
		return aurea.System{}, err
	}
	keep := m.options.Keep
	m.mu.Lock()
	defer m.mu.Unlock()
	return aurea.System{
		Since:     m.stats.since,
		Queue:     aurea.SystemQueue{Running: len(m.executing()), Waiting: len(m.queue), Limit: m.options.Queue},
		Store:     aurea.SystemStore{Runs: runs, Bytes: bytes, Unstored: len(m.unpersisted)},
		Retention: aurea.SystemRetention{Age: keep.Age.Seconds(), Runs: keep.Runs, Bytes: keep.Bytes},
	}, nil
}
