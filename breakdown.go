package aurea

import (
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/hist"
)

// MetricNames names what the jobs of a workload report beside their times and
// outcomes: phases, which are durations within a job, and counters.
type MetricNames struct {
	Phases   []string // a job may lack some of them
	Counters []string // amounts that are added up
	Parts    []Part   // of a mix: the workloads with results of their own
}

// Empty reports whether nothing is named.
func (m MetricNames) Empty() bool { return len(m.Phases)+len(m.Counters)+len(m.Parts) == 0 }

// A Part is one workload of a mix.
type Part struct {
	Name   string
	Weight float64 // relative share of the mix's jobs
}

// CPUPhase is the phase for the time that a job had a core. Its sum, divided by
// the run's duration, is how many jobs made progress at once.
const CPUPhase = "cpu"

// A Breakdown holds what jobs reported in a part of a run: phases, counters, parts
// and statuses. Breakdowns are merged by adding. A Breakdown belongs to one goroutine
// at a time. A nil Breakdown reads as empty.
type Breakdown struct {
	MetricNames
	phases   []*hist.Histogram // nil for a phase without a record
	counters []int64
	parts    []*Tally
	statuses StatusCounts
}

// NewBreakdown returns an empty Breakdown. A phase takes memory once something is
// recorded.
func NewBreakdown(m MetricNames) *Breakdown {
	b := &Breakdown{
		MetricNames: m, phases: make([]*hist.Histogram, len(m.Phases)), counters: make([]int64, len(m.Counters)),
	}
	for range m.Parts {
		b.parts = append(b.parts, NewTally())
	}
	return b
}

// Record adds the report of one job, in the order of the names: the duration of
// each phase, negative for none, and the increase of each counter.
func (b *Breakdown) Record(phases []time.Duration, counters []int64) {
	for i, took := range phases {
		if took >= 0 {
			b.histogram(i).Record(took)
		}
	}
	for i, n := range counters {
		b.counters[i] += n
	}
}

// RecordStatuses adds the statuses of the responses that a job received.
func (b *Breakdown) RecordStatuses(statuses StatusCounts) { b.statuses.Merge(statuses) }

// Part returns the tally of the i-th part.
func (b *Breakdown) Part(i int) *Tally { return b.parts[i] }

// Phase returns the durations of a phase; nil if there is no phase of that name,
// or no record of it.
func (b *Breakdown) Phase(name string) *hist.Histogram {
	if b == nil {
		return nil
	}
	for i, phase := range b.Phases {
		if phase == name {
			return b.phases[i]
		}
	}
	return nil
}

// Merge adds other, which must have the same measures. It does not change other.
func (b *Breakdown) Merge(other *Breakdown) {
	for i, phase := range other.phases {
		if phase.Count() > 0 {
			b.histogram(i).Merge(phase)
		}
	}
	for i, n := range other.counters {
		b.counters[i] += n
	}
	for i, part := range other.parts {
		b.parts[i].Merge(part)
	}
	b.statuses.Merge(other.statuses)
}

// Join returns the names of both, each once.
func (m MetricNames) Join(other MetricNames) MetricNames {
	joined := MetricNames{
		Phases: slices.Clip(m.Phases), Counters: slices.Clip(m.Counters), Parts: slices.Clip(m.Parts),
	}
	for _, phase := range other.Phases {
		if !slices.Contains(joined.Phases, phase) {
			joined.Phases = append(joined.Phases, phase)
		}
	}
	for _, counter := range other.Counters {
		if !slices.Contains(joined.Counters, counter) {
			joined.Counters = append(joined.Counters, counter)
		}
	}
	for _, part := range other.Parts {
		if joined.part(part.Name) < 0 {
			joined.Parts = append(joined.Parts, part)
		}
	}
	return joined
}

// part returns the index of a part; -1 if there is none of that name.
func (m MetricNames) part(name string) int {
	return slices.IndexFunc(m.Parts, func(p Part) bool { return p.Name == name })
}

// JoinBreakdowns merges breakdowns of different workloads by the names of what they
// measure. Nil ones are empty. It returns nil if all are nil.
func JoinBreakdowns(all ...*Breakdown) *Breakdown {
	all = slices.DeleteFunc(slices.Clone(all), func(b *Breakdown) bool { return b == nil })
	if len(all) == 0 {
		return nil
	}
	var names MetricNames
	for _, b := range all {
		names = names.Join(b.MetricNames)
	}
	joined := NewBreakdown(names)
	for _, b := range all {
		for i, phase := range b.phases {
			if phase.Count() > 0 {
				joined.histogram(slices.Index(joined.Phases, b.Phases[i])).Merge(phase)
			}
		}
		for i, n := range b.counters {
			joined.counters[slices.Index(joined.Counters, b.Counters[i])] += n
		}
		for i, part := range b.parts {
			joined.parts[joined.part(b.Parts[i].Name)].Merge(part)
		}
		joined.statuses.Merge(b.statuses)
	}
	return joined
}

// Reset empties the breakdown and keeps its memory.
func (b *Breakdown) Reset() {
	for _, phase := range b.phases {
		if phase != nil {
			phase.Reset()
		}
	}
	clear(b.counters)
	for _, part := range b.parts {
		part.Reset()
	}
	b.statuses = b.statuses[:0]
}

func (b *Breakdown) histogram(i int) *hist.Histogram {
	if b.phases[i] == nil {
		b.phases[i] = hist.New()
	}
	return b.phases[i]
}
