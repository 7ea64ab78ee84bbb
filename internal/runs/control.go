package runs

import (
	"context"
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// Control does something to the running run of that id and returns the run as it
// then is, with the event on its timeline. The errors are ErrInvalid, ErrNotFound
// and ErrConflict: the run does not run, or is not in a state, or of a model, for
// it.
func (m *Manager) Control(ctx context.Context, id string, control aurea.Control) (aurea.Run, error) {
	e, err := m.controlled(ctx, id, control)
	if err != nil {
		return aurea.Run{}, err
	}
	answer := make(chan error, 1)
	command := aurea.Command{Control: control, Answer: func(event aurea.RunEvent, err error) {
		if err == nil {
			m.mark(e, event)
		}
		answer <- err
	}}
	select {
	case e.controls <- command:
	case <-e.done:
		return aurea.Run{}, errNotRunning(id, e.run.Status)
	case <-ctx.Done():
		return aurea.Run{}, context.Cause(ctx)
	}
	if err := <-answer; err != nil {
		return aurea.Run{}, err
	}
	return m.snapshot(e), nil
}

// controlled finds a run that can be controlled so.
func (m *Manager) controlled(ctx context.Context, id string, control aurea.Control) (*entry, error) {
	m.mu.Lock()
	e := m.running
	runs := e != nil && e.run.ID == id
	m.mu.Unlock()
	if runs {
		return e, e.plan.Control(control)
	}
	run, err := m.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return nil, errNotRunning(id, run.Status)
}

func errNotRunning(id string, status aurea.Status) error {
	return fmt.Errorf("%w: run %s is %s; only a running run can be paused, resumed or given another load", aurea.ErrConflict, id, status)
}

// mark puts an event on the run's timeline. Those who were handed the run before
// keep the timeline that it had.
func (m *Manager) mark(e *entry, event aurea.RunEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.run.Timeline = append(slices.Clip(e.run.Timeline), event)
	e.unsaved = true
	m.show(e)
}
