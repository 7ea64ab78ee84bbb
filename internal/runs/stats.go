package runs

import (
	"maps"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// stats are the service's numbers since it started, kept by the manager under
// its lock.
type stats struct {
	runs      map[aurea.RunsKey]int64
	workloads map[string]*aurea.Tally
	cost      map[string]float64
	interval  aurea.Point
	mean      float64 // latency of the interval
	last      *aurea.Run
}

func newStats() stats {
	return stats{runs: map[aurea.RunsKey]int64{}, workloads: map[string]*aurea.Tally{}, cost: map[string]float64{}}
}

// tally is what the jobs of a kind of workload add up to.
func (s *stats) tally(kind string) *aurea.Tally {
	if s.workloads[kind] == nil {
		s.workloads[kind] = aurea.NewTally()
	}
	return s.workloads[kind]
}

// observe adds one interval of the running run.
func (s *stats) observe(plan aurea.Plan, p aurea.Progress) {
	s.tally(plan.Workload.Kind).Merge(p.Interval)
	pricing := plan.Spec.Prices()
	s.cost[pricing.Currency] += pricing.Cost(p.Interval.ServiceTime.Sum(), p.Interval.Ended())
	s.interval = p.Point()
	s.mean = p.Interval.Latency.Mean()
}

// finish adds a run that has ended. It keeps the run, which must be slim.
func (s *stats) finish(plan aurea.Plan, run aurea.Run) {
	s.runs[aurea.RunsKey{Workload: plan.Workload.Kind, Status: run.Status}]++
	if run.Result != nil {
		s.last = &run
	}
}

// Stats returns the service's numbers as they stand, as a copy.
func (m *Manager) Stats() aurea.Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	stats := aurea.Stats{
		Runs:      maps.Clone(m.stats.runs),
		Workloads: map[string]*aurea.Tally{},
		Cost:      maps.Clone(m.stats.cost),
		Queued:    len(m.queue),
		Last:      m.stats.last,
		Recent:    slices.Clone(m.recent),
	}
	for kind, tally := range m.stats.workloads {
		stats.Workloads[kind] = tally.Clone()
	}
	if m.running != nil {
		stats.Active = 1
		stats.Recent = append(stats.Recent[max(0, len(stats.Recent)+1-keepRecent):], m.running.run)
		if m.running.run.Progress != nil {
			stats.InFlight = m.stats.interval.InFlight
			stats.Throughput = m.stats.interval.Throughput
			stats.MeanLatency = m.stats.mean
		}
	} else if last := m.stats.last; last != nil {
		stats.Throughput = last.Result.Throughput
		stats.MeanLatency = last.Result.MeanLatency
	}
	return stats
}
