package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A controlServer receives the commands of an execution. It applies each at its
// moment and answers it. It belongs to one goroutine.
type controlServer struct {
	*execution
	controls <-chan aurea.Command
	running  context.Context // done when the last job has ended; a stop does not matter
	pending  []aurea.Command // in order of At; the next controls
	sleep    sleeper
}

// serveControls starts a goroutine that applies the commands from controls.
// release stops it and waits until it has ended.
func (x *execution) serveControls(controls <-chan aurea.Command) (release func()) {
	running, end := context.WithCancel(context.WithoutCancel(x.ctx))
	released := make(chan struct{})
	go func() {
		defer close(released)
		s := controlServer{execution: x, controls: controls, running: running, sleep: x.sleep()}
		s.run()
	}()
	return func() {
		end()
		<-released
	}
}

// run serves until the execution is over. Commands that are still pending are
// refused.
func (s *controlServer) run() {
	for {
		select {
		case command := <-s.controls:
			s.receive(command)
		case <-s.nearMoment():
			if s.awaitMoment() {
				s.applyDue()
			}
		case <-s.running.Done():
			for _, command := range s.pending {
				command.Answer(aurea.RunEvent{}, fmt.Errorf("%w: the run ended before the control's moment, %v",
					aurea.ErrConflict, command.At))
			}
			return
		}
	}
}

// receive applies a command, or adds it to the pending ones. A command whose
// moment has passed is applied at once, with that moment.
func (s *controlServer) receive(command aurea.Command) {
	if command.At <= 0 {
		s.applyDue()
		command.Answer(s.apply(command.Control))
		return
	}
	i, _ := slices.BinarySearchFunc(s.pending, command.At, func(c aurea.Command, at time.Duration) int {
		if c.At <= at { // after those of the same moment
			return -1
		}
		return 1
	})
	s.pending = slices.Insert(s.pending, i, command)
	s.applyDue()
	if i == 0 && len(s.pending) > 0 {
		s.announce(s.pending[0].At)
	}
}

// applyDue applies the pending commands whose moment has come.
func (s *controlServer) applyDue() {
	for len(s.pending) > 0 && s.pending[0].At <= s.now() {
		command := s.pending[0]
		s.pending = s.pending[1:]
		next := forever
		if len(s.pending) > 0 {
			next = s.pending[0].At
		}
		command.Answer(s.applyAt(command.Control, command.At, next))
	}
}

// nearMoment returns a channel that is ready shortly before the next pending
// command's moment; nil without one.
func (s *controlServer) nearMoment() <-chan time.Time {
	if len(s.pending) == 0 || s.stopped.Load() {
		return nil
	}
	return time.After(s.pending[0].At - s.now() - timerMargin)
}

// awaitMoment waits precisely until the next pending command's moment. It returns
// false if the run was stopped or ended first.
func (s *controlServer) awaitMoment() bool {
	for now := s.now(); ; now = s.now() {
		switch {
		case s.stopped.Load(), s.running.Err() != nil:
			return false
		case now >= s.pending[0].At:
			return true
		}
		s.sleep(s.running, s.pending[0].At-now)
	}
}
