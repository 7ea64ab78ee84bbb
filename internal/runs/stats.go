package runs

import (
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// stats are the service's totals since its start. The manager's lock guards
// them.
type stats struct {
	since      time.Time
	runs       map[aurea.RunsKey]int64
	workloads  map[string]*aurea.Tally
	shared     map[string]bool // kinds whose tally Stats has returned
	errors     map[string]map[string]int64
	exemplars  map[string]aurea.Exemplars
	cost       map[string]*big.Rat
	kinds      []string // most recent first
	currencies []string
	interval   aurea.Point
	notStored  int64   // results that were not stored
	mean       float64 // mean latency of the last interval
	last       *aurea.Run
}

func newStats() stats {
	return stats{
		since:     time.Now().UTC(),
		runs:      map[aurea.RunsKey]int64{},
		workloads: map[string]*aurea.Tally{},
		shared:    map[string]bool{},
		errors:    map[string]map[string]int64{},
		exemplars: map[string]aurea.Exemplars{},
		cost:      map[string]*big.Rat{},
	}
}

// tally returns the tally of a workload kind for adding to it. A tally that
// Stats has returned is copied first.
func (s *stats) tally(kind string) *aurea.Tally {
	switch {
	case s.workloads[kind] == nil:
		s.workloads[kind] = aurea.NewTally()
	case s.shared[kind]:
		s.workloads[kind] = s.workloads[kind].Clone()
	}
	s.shared[kind] = false
	return s.workloads[kind]
}

// observe adds an interval of the running run.
func (s *stats) observe(id string, plan aurea.Plan, p aurea.Progress) {
	kind, pricing := plan.Workload.Kind, plan.Spec.ResolvedPricing()
	s.tally(kind).Merge(p.Interval)
	s.addErrors(kind, p.Errors())
	if s.cost[pricing.Currency] == nil {
		s.cost[pricing.Currency] = new(big.Rat)
	}
	spent := s.cost[pricing.Currency]
	spent.Add(spent, pricing.Spent(p.Interval))
	s.kinds = moveToFront(kind, s.kinds)
	s.currencies = moveToFront(pricing.Currency, s.currencies)
	exemplars := s.exemplars[kind]
	exemplars.Add(id, p.Interval, time.Now().UTC())
	s.exemplars[kind] = exemplars
	s.interval = p.Point()
	s.mean = p.MeanLatency()
}

// moveToFront returns the list with the item at its front, adding it if
// necessary.
func moveToFront(item string, list []string) []string {
	rest := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == item })
	return append([]string{item}, rest...)
}

// finish adds a run that has ended. It retains the run, which must be slim.
func (s *stats) finish(plan aurea.Plan, run aurea.Run) {
	kind := plan.Workload.Kind
	s.runs[aurea.RunsKey{Workload: kind, Status: run.Status}]++
	s.kinds = moveToFront(kind, s.kinds)
	if run.Result != nil {
		s.last = &run
	}
}

// classLimits limit the error classes counted per workload: the first classes
// of each group are counted separately, the others together. Statuses are a
// group of their own, so that a service with many of them hides no other class.
var classLimits = []classLimit{
	{"status_", 3, "status_other"},
	{"", 4, "other"},
}

type classLimit struct {
	prefix   string // of the group's classes; the first matching group wins
	max      int
	overflow string
}

// addErrors adds the errors of an interval.
func (s *stats) addErrors(kind string, errors []aurea.ErrorClass) {
	for _, e := range errors {
		if s.errors[kind] == nil {
			s.errors[kind] = map[string]int64{}
		}
		s.errors[kind][limitClass(s.errors[kind], e.Class)] += e.Count
	}
}

// limitClass returns the class under which to count, given the known ones.
func limitClass(known map[string]int64, class string) string {
	if _, ok := known[class]; ok {
		return class
	}
	group := classLimits[groupOf(class)]
	distinct := 0
	for other := range known {
		if other != group.overflow && groupOf(other) == groupOf(class) {
			distinct++
		}
	}
	if distinct >= group.max {
		return group.overflow
	}
	return class
}

// groupOf returns the index of a class's group. The last group takes any class.
func groupOf(class string) int {
	return slices.IndexFunc(classLimits, func(group classLimit) bool {
		return strings.HasPrefix(class, group.prefix)
	})
}

// Stats returns the service's current numbers. It copies nothing large: the
// tallies are the manager's own, which it no longer changes once returned.
func (m *Manager) Stats() aurea.Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	stats := aurea.Stats{
		Since:      m.stats.since,
		Runs:       maps.Clone(m.stats.runs),
		Workloads:  maps.Clone(m.stats.workloads),
		Errors:     map[string]map[string]int64{},
		Exemplars:  maps.Clone(m.stats.exemplars),
		Cost:       map[string]float64{},
		Kinds:      m.stats.kinds,
		Currencies: m.stats.currencies,
		Queued:     len(m.queue),
		QueueLimit: m.options.Queue,
		Unstored:   len(m.unpersisted),
		NotStored:  m.stats.notStored,
		Last:       m.stats.last,
		Recent:     slices.Clone(m.recent),
	}
	for currency, spent := range m.stats.cost {
		stats.Cost[currency], _ = spent.Float64()
	}
	for kind, classes := range m.stats.errors {
		stats.Errors[kind] = maps.Clone(classes)
	}
	for kind := range m.stats.workloads {
		m.stats.shared[kind] = true
	}
	executing := m.executing()
	for _, e := range slices.Concat(m.queue, executing) {
		stats.Wanted = max(stats.Wanted, e.plan.Spec.Workers.Wanted())
	}
	if len(executing) > 0 {
		m.stats.addRunning(executing[0], &stats)
		stats.Active = len(executing)
	} else if last := m.stats.last; last != nil {
		stats.Throughput = last.Result.Throughput
		stats.MeanLatency = last.Result.MeanLatency
	}
	return stats
}

// addRunning adds the running run. Its counters exist at 0 before its first
// interval, so that monitoring sees them rise.
func (s *stats) addRunning(running *entry, stats *aurea.Stats) {
	stats.Recent = append(stats.Recent[max(0, len(stats.Recent)+1-maxRecent):], running.run)
	kind := running.plan.Workload.Kind
	stats.Kinds = moveToFront(kind, stats.Kinds)
	if stats.Workloads[kind] == nil {
		stats.Workloads[kind] = new(aurea.Tally)
	}
	stats.Target = running.plan.TargetAt(0)
	if progress := running.run.Progress; progress != nil {
		stats.InFlight = s.interval.InFlight
		stats.Throughput = s.interval.Throughput
		stats.MeanLatency = s.mean
		stats.Target = running.plan.TargetAt(time.Duration(progress.Elapsed * float64(time.Second)))
	}
}
