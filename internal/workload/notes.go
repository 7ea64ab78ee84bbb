package workload

import (
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Notes is what a job tells of itself beside its end: how long its phases took,
// and what it counted, by their places in the kind's Measures. It belongs to one
// goroutine at a time. The zero value takes notes and forgets them.
type Notes struct {
	phases   []time.Duration // negative where there was none
	counters []int64
	statuses *aurea.StatusCounts // of answers; nil forgets them
}

// NewNotes returns notes with room for what the measures name.
func NewNotes(m aurea.Measures) Notes {
	n := Notes{make([]time.Duration, len(m.Phases)), make([]int64, len(m.Counters)), new(aurea.StatusCounts)}
	n.Clear()
	return n
}

// Phase notes that a phase took so long; of one that comes again, the times add
// up.
func (n Notes) Phase(phase int, took time.Duration) {
	if phase < len(n.phases) {
		n.phases[phase] = max(n.phases[phase], 0) + took
	}
}

// Count adds to a counter.
func (n Notes) Count(counter int, by int64) {
	if counter < len(n.counters) {
		n.counters[counter] += by
	}
}

// Status counts an answer by its status.
func (n Notes) Status(status int) {
	if n.statuses != nil {
		n.statuses.Add(status, 1)
	}
}

// Clear makes the notes ready for another job.
func (n Notes) Clear() {
	for i := range n.phases {
		n.phases[i] = -1
	}
	clear(n.counters)
	if n.statuses != nil {
		*n.statuses = (*n.statuses)[:0]
	}
}

// RecordIn adds the notes to a detail of the same measures.
func (n Notes) RecordIn(d *aurea.Detail) {
	d.Record(n.phases, n.counters)
	if n.statuses != nil {
		d.RecordStatuses(*n.statuses)
	}
}

// from is the notes without the first so many phases and counters: those of a
// workload within another.
func (n Notes) from(phases, counters int) Notes {
	if n.phases == nil {
		return n
	}
	return Notes{n.phases[phases:], n.counters[counters:], n.statuses}
}
