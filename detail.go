package aurea

import (
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// Measures names what the jobs of a workload report beside their times and
// outcomes: phases, which are durations within a job, and counters.
type Measures struct {
	Phases   []string // a job may lack some of them
	Counters []string // amounts that are added up
	Parts    []Part   // of a mix: the workloads with results of their own
}

// Empty reports whether nothing is named.
func (m Measures) Empty() bool { return len(m.Phases)+len(m.Counters)+len(m.Parts) == 0 }

// A Part is one workload of a mix.
type Part struct {
	Name   string
	Weight float64 // relative share of the mix's jobs
}

// CPUPhase is the phase for the time that a job had a core. Its sum, divided by
// the run's duration, is how many jobs made progress at once.
const CPUPhase = "cpu"

// A Detail holds what jobs reported in a part of a run: phases, counters, parts
// and statuses. Details are merged by adding. A Detail belongs to one goroutine
// at a time. A nil Detail reads as empty.
type Detail struct {
	Measures
	phases   []*hist.Histogram // nil for a phase without a record
	counters []int64
	parts    []*Tally
	statuses StatusCounts
}

// NewDetail returns an empty Detail. A phase takes memory once something is
// recorded.
func NewDetail(m Measures) *Detail {
	d := &Detail{Measures: m, phases: make([]*hist.Histogram, len(m.Phases)), counters: make([]int64, len(m.Counters))}
	for range m.Parts {
		d.parts = append(d.parts, NewTally())
	}
	return d
}

// Record adds the report of one job, in the order of the names: the duration of
// each phase, negative for none, and the increase of each counter.
func (d *Detail) Record(phases []time.Duration, counters []int64) {
	for i, took := range phases {
		if took >= 0 {
			d.histogram(i).Record(took)
		}
	}
	for i, n := range counters {
		d.counters[i] += n
	}
}

// RecordStatuses adds the statuses of the responses that a job received.
func (d *Detail) RecordStatuses(statuses StatusCounts) { d.statuses.Merge(statuses) }

// Part returns the tally of the i-th part.
func (d *Detail) Part(i int) *Tally { return d.parts[i] }

// Phase returns the durations of a phase; nil if there is no phase of that name,
// or no record of it.
func (d *Detail) Phase(name string) *hist.Histogram {
	if d == nil {
		return nil
	}
	for i, phase := range d.Phases {
		if phase == name {
			return d.phases[i]
		}
	}
	return nil
}

// Merge adds other, which must have the same measures. It does not change other.
func (d *Detail) Merge(other *Detail) {
	for i, phase := range other.phases {
		if phase.Count() > 0 {
			d.histogram(i).Merge(phase)
		}
	}
	for i, n := range other.counters {
		d.counters[i] += n
	}
	for i, part := range other.parts {
		d.parts[i].Merge(part)
	}
	d.statuses.Merge(other.statuses)
}

func (d *Detail) histogram(i int) *hist.Histogram {
	if d.phases[i] == nil {
		d.phases[i] = hist.New()
	}
	return d.phases[i]
}
