package runs

import (
	"context"
	"fmt"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// Control applies a control to the running run with this ID and returns the run
// with the event on its timeline. The errors are ErrInvalid, ErrNotFound and
// ErrConflict: the run is not running, or its state or load model does not
// allow the control.
func (m *Manager) Control(ctx context.Context, id string, control aurea.Control) (aurea.Run, error) {
	e, err := m.findControllable(ctx, id, control)
	if err != nil {
		return aurea.Run{}, err
	}
	answer := make(chan error, 1)
	command := aurea.Command{Control: control, Answer: func(event aurea.RunEvent, err error) {
		if err == nil {
			m.addEvent(e, event)
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

// findControllable returns the running run with this ID if control is valid for
// it.
func (m *Manager) findControllable(ctx context.Context, id string, control aurea.Control) (*entry, error) {
	m.mu.Lock()
	e := m.live[id]
	runs := slices.Contains(m.executing(), e)
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
	return fmt.Errorf("%w: run %s is %s; only a running run can be paused, resumed or given another load",
		aurea.ErrConflict, id, status)
}

// addEvent appends an event to the run's timeline. Copies that were returned
// before keep their timeline.
func (m *Manager) addEvent(e *entry, event aurea.RunEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.run.Timeline = append(slices.Clip(e.run.Timeline), event)
	e.dirty = true
	m.notify(e)
}
