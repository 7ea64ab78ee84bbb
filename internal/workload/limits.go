package workload

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// usage is what the jobs of a run hold of this machine now, those of every part
// and step of it together.
type usage struct {
	memory, disk, processes meter
}

// A meter counts how much of something is held.
type meter struct{ held atomic.Int64 }

// take adds n, unless more than the limit would be held then.
func (m *meter) take(n, limit int64) bool {
	if m.held.Add(n) <= limit {
		return true
	}
	m.held.Add(-n)
	return false
}

// give takes n off again.
func (m *meter) give(n int64) { m.held.Add(-n) }

// metered is the host with a usage to count in, its own if it has one.
func (h Host) metered() Host {
	if h.usage == nil {
		h.usage = &usage{}
	}
	return h
}

// A limit is one of the operator's, as an error names it.
type limit struct {
	most   int64
	amount func(int64) string // in words: "2 MiB of memory"
	flag   string             // which changes it, or where else it comes from
}

// bytesOf writes an amount of memory or disk.
func bytesOf(what string) func(int64) string {
	return func(n int64) string { return budget.Size(n) + " of " + what }
}

// check refuses a plan whose jobs in flight would take more than there is.
func (l limit) check(field string, inFlight, each int64) error {
	inFlight = max(inFlight, 1)
	if each <= l.most/inFlight {
		return nil
	}
	return wrongField(field, fmt.Sprintf("is too much: %d in flight with %s each; this host gives all jobs together %s (%s)",
		inFlight, l.amount(each), l.amount(l.most), l.flag))
}

// passed is the failure of a job for which nothing was left. Only a plan whose
// jobs in flight nobody could know beforehand comes to it.
func (l limit) passed(each int64) error {
	return &Failure{Class: "limit", Err: fmt.Errorf("%s more would pass the %s that this host gives all jobs together (%s); give the plan a concurrency",
		l.amount(each), l.amount(l.most), l.flag)}
}

// A lap notes phases that follow each other, by the time since the last one.
type lap struct {
	notes Notes
	last  time.Time
}

func newLap(notes Notes) lap { return lap{notes, time.Now()} }

// restart has the next phase begin now.
func (l *lap) restart() { l.last = time.Now() }

// end ends a phase.
func (l *lap) end(phase int) {
	now := time.Now()
	l.notes.Phase(phase, now.Sub(l.last))
	l.last = now
}
