package aurea

import (
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// Measures names what the jobs of a workload tell of themselves beside when they
// began and how they ended: stretches of their time, and amounts.
type Measures struct {
	Phases   []string // durations; not every job has every one
	Counters []string // amounts that add up
	Parts    []Part   // of a mix: which jobs are told apart
}

// A Part is one workload of a mix.
type Part struct {
	Name   string
	Weight float64 // jobs of this part among so many of all
}

// CPUPhase is the phase of jobs that know how long they had a core: its sum, by
// the run's duration, is how many of them made progress at once.
const CPUPhase = "cpu"

// A Detail is what jobs told of themselves over some stretch of a run. Like a
// tally it is merged by adding up, and belongs to one goroutine at a time. A nil
// one is empty.
type Detail struct {
	Measures
	phases   []*hist.Histogram // nil where nothing was recorded
	counters []int64
	parts    []*Tally
	statuses StatusCounts
}

// NewDetail returns an empty one. Of a phase it takes memory when there is
// something to record.
func NewDetail(m Measures) *Detail {
	d := &Detail{Measures: m, phases: make([]*hist.Histogram, len(m.Phases)), counters: make([]int64, len(m.Counters))}
	for range m.Parts {
		d.parts = append(d.parts, NewTally())
	}
	return d
}

// Record adds what a job told: how long each phase was, negative where there was
// none, and by how much each counter grew, in the order of the names.
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

// RecordStatuses adds the statuses of the answers that a job got.
func (d *Detail) RecordStatuses(statuses StatusCounts) { d.statuses.Merge(statuses) }

// Part is what became of the jobs of one part.
func (d *Detail) Part(i int) *Tally { return d.parts[i] }

// Phase is the durations of a phase; nil when there was none, or is none of
// that name.
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

// Merge adds everything in other, which has the same measures and is left alone.
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
