package workload

import "time"

// A Stopwatch records phases that follow each other.
type Stopwatch struct {
	Metrics JobMetrics
	last    time.Time
}

// NewStopwatch returns a stopwatch whose first phase begins now.
func NewStopwatch(metrics JobMetrics) Stopwatch { return Stopwatch{metrics, time.Now()} }

// Restart begins the next phase now.
func (s *Stopwatch) Restart() { s.last = time.Now() }

// End records a phase, from the end of the last one until now.
func (s *Stopwatch) End(phase int) {
	now := time.Now()
	s.Metrics.Phase(phase, now.Sub(s.last))
	s.last = now
}
