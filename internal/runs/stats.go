package runs

import (
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// stats are the service's numbers since it started, kept by the manager under
// its lock.
type stats struct {
	since      time.Time
	runs       map[aurea.RunsKey]int64
	workloads  map[string]*aurea.Tally
	shared     map[string]bool // workloads whose tally was handed out and must not change any more
	errors     map[string]map[string]int64
	examples   map[string]aurea.Examples
	cost       map[string]*big.Rat
	kinds      []string // the one that ran last first
	currencies []string
	interval   aurea.Point
	notStored  int64   // results
	mean       float64 // latency of the interval
	last       *aurea.Run
}

func newStats() stats {
	return stats{
		since:     time.Now().UTC(),
		runs:      map[aurea.RunsKey]int64{},
		workloads: map[string]*aurea.Tally{},
		shared:    map[string]bool{},
		errors:    map[string]map[string]int64{},
		examples:  map[string]aurea.Examples{},
		cost:      map[string]*big.Rat{},
	}
}

// tally is what the jobs of a kind of workload add up to, to be added to. One
// that was handed out stays as it is, and counting goes on in a copy.
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

// observe adds one interval of the running run.
func (s *stats) observe(id string, plan aurea.Plan, p aurea.Progress) {
	kind, pricing := plan.Workload.Kind, plan.Spec.Prices()
	s.tally(kind).Merge(p.Interval)
	s.fail(kind, p.Errors())
	if s.cost[pricing.Currency] == nil {
		s.cost[pricing.Currency] = new(big.Rat)
	}
	spent := s.cost[pricing.Currency]
	spent.Add(spent, pricing.Spent(p.Interval))
	s.kinds = first(kind, s.kinds)
	s.currencies = first(pricing.Currency, s.currencies)
	examples := s.examples[kind]
	examples.Add(id, p.Interval, time.Now().UTC())
	s.examples[kind] = examples
	s.interval = p.Point()
	s.mean = p.MeanLatency()
}

// first moves an item to the front of a list, or puts it there.
func first(item string, list []string) []string {
	rest := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == item })
	return append([]string{item}, rest...)
}

// finish adds a run that has ended. It keeps the run, which must be slim.
func (s *stats) finish(plan aurea.Plan, run aurea.Run) {
	kind := plan.Workload.Kind
	s.runs[aurea.RunsKey{Workload: kind, Status: run.Status}]++
	s.kinds = first(kind, s.kinds)
	if run.Result != nil {
		s.last = &run
	}
}

// classLimits bound how many classes of a workload's errors are told apart: the
// first ones of each group are, and the rest is counted as one. Statuses have a
// group of their own, so that a service with many hides no other class.
var classLimits = []classLimit{
	{"status_", 3, "status_other"},
	{"", 4, "other"},
}

type classLimit struct {
	prefix string // of the group's classes; a class is of the first group that fits
	most   int
	rest   string
}

// fail counts what went wrong in an interval.
func (s *stats) fail(kind string, errors []aurea.ErrorClass) {
	for _, e := range errors {
		if s.errors[kind] == nil {
			s.errors[kind] = map[string]int64{}
		}
		s.errors[kind][limitClass(s.errors[kind], e.Class)] += e.Count
	}
}

// limitClass is what a class is counted under beside those that are known.
func limitClass(known map[string]int64, class string) string {
	if _, ok := known[class]; ok {
		return class
	}
	group := classLimits[groupOf(class)]
	told := 0
	for other := range known {
		if other != group.rest && groupOf(other) == groupOf(class) {
			told++
		}
	}
	if told >= group.most {
		return group.rest
	}
	return class
}

// groupOf is the place of a class's group. The last group takes any.
func groupOf(class string) int {
	return slices.IndexFunc(classLimits, func(group classLimit) bool { return strings.HasPrefix(class, group.prefix) })
}

// Stats returns the service's numbers as they stand. It copies nothing that is
// large: the tallies are the manager's own, which leaves those alone that it has
// handed out.
func (m *Manager) Stats() aurea.Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	stats := aurea.Stats{
		Since:      m.stats.since,
		Runs:       maps.Clone(m.stats.runs),
		Workloads:  maps.Clone(m.stats.workloads),
		Errors:     map[string]map[string]int64{},
		Examples:   maps.Clone(m.stats.examples),
		Cost:       map[string]float64{},
		Kinds:      m.stats.kinds,
		Currencies: m.stats.currencies,
		Queued:     len(m.queue),
		QueueLimit: m.options.Queue,
		Unstored:   len(m.unkept),
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
	if m.running != nil {
		m.stats.tell(m.running, &stats)
	} else if last := m.stats.last; last != nil {
		stats.Throughput = last.Result.Throughput
		stats.MeanLatency = last.Result.MeanLatency
	}
	return stats
}

// tell adds what there is to say of the running run. Before its first interval
// its counters are there, at 0, so that whoever looks on sees them rise.
func (s *stats) tell(running *entry, stats *aurea.Stats) {
	stats.Active = 1
	stats.Recent = append(stats.Recent[max(0, len(stats.Recent)+1-keepRecent):], running.run)
	kind := running.plan.Workload.Kind
	stats.Kinds = first(kind, stats.Kinds)
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
