package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// briefest is the length of an interval, in seconds, below which it has no rate
// of its own.
const briefest = 0.5

// maxHistory limits the intervals of the sparklines: wider terminals show no
// more.
const maxHistory = 160

// A State is all that Lines shows.
type State struct {
	Run     aurea.Run     // as of its last update
	Spec    aurea.Spec    // as it was submitted
	History []Point       // intervals, oldest first
	Age     time.Duration // of Run: the clock that is shown goes on between updates
	Keys    bool          // keys are read
	Help    bool          // what the keys do is shown
	Ending  bool          // the user has stopped the run
	Message string        // about the last key
	rate    float64       // the last target above 0: a paused run has none
}

// A Point is one interval of the sparklines.
type Point struct {
	Rate     float64 // jobs started a second
	InFlight float64
	Ended    bool // jobs ended ok in it, so that there are quantiles
	P50      float64
	P99      float64
	DelayP99 float64
}

// Add takes an update of the run. It adds an interval to the history if the
// run's progress has gone on since.
func (s *State) Add(run aurea.Run) {
	before := s.Run.Progress
	s.Run, s.Age = run, 0
	p := run.Progress
	if p == nil || p.Elapsed == 0 {
		return
	}
	last := aurea.RunProgress{}
	if before != nil {
		last = *before
	}
	length := p.Elapsed - last.Elapsed
	if length < briefest && len(s.History) > 0 || length <= 0 {
		return
	}
	point := Point{
		Rate: max(float64(p.Started-last.Started), 0) / length, InFlight: float64(p.InFlight),
		Ended: p.Throughput > 0, P50: p.P50, P99: p.P99,
	}
	if p.SoFar != nil {
		point.DelayP99 = p.SoFar.DelayP99
		s.rate = cmp.Or(p.SoFar.Target, s.rate)
	}
	if len(s.History) == maxHistory {
		s.History = slices.Delete(s.History, 0, 1)
	}
	s.History = append(s.History, point)
}

// progress returns the run's progress; an empty one before the first.
func (s *State) progress() aurea.RunProgress {
	if s.Run.Progress == nil {
		return aurea.RunProgress{}
	}
	return *s.Run.Progress
}

// soFar returns what the run has measured; nothing before its first interval.
func (s *State) soFar() aurea.SoFar {
	if p := s.progress(); p.SoFar != nil {
		return *p.SoFar
	}
	return aurea.SoFar{}
}

// spec returns the spec of the run.
func (s *State) spec() aurea.Spec {
	if s.Run.ID != "" {
		return s.Run.Spec
	}
	return s.Spec
}

// paused reports whether the last control to pause or resume has paused the
// run.
func (s *State) paused() bool {
	for _, event := range slices.Backward(s.Run.Timeline) {
		switch event.Kind {
		case aurea.Pause:
			return true
		case aurea.Resume:
			return false
		}
	}
	return false
}

// elapsed returns the time since the run's start, in seconds.
func (s *State) elapsed() float64 {
	if s.Run.Progress == nil && s.Run.Status == aurea.StatusQueued {
		return 0
	}
	return s.progress().Elapsed + s.Age.Seconds()
}

// left returns a time that was left at the last update, less what has passed
// since.
func (s *State) left(seconds float64) float64 { return max(seconds-s.Age.Seconds(), 0) }
