package aurea

import "time"

// Stats are the numbers of a service since its start, at one moment, for a metrics
// view. They are read-only: callers share what they point to.
type Stats struct {
	Since       time.Time                   // start of the counters
	Runs        map[RunsKey]int64           // finished runs
	Workloads   map[string]*Tally           // jobs of all runs, also of the running one, by workload
	Errors      map[string]map[string]int64 // failed jobs of all runs, by workload and class
	Exemplars   map[string]Exemplars        // by workload
	Cost        map[string]float64          // cost of all jobs, by currency
	Kinds       []string                    // the keys of Workloads, the latest first
	Currencies  []string                    // the keys of Cost, the latest first
	Active      int                         // running runs
	Queued      int                         // waiting runs
	QueueLimit  int                         // maximum of waiting runs
	Unstored    int                         // finished runs that are not stored yet
	NotStored   int64                       // runs whose result could not be stored when they finished
	InFlight    int64                       // jobs in flight, at the end of the last interval
	Target      Target                      // the load that the running run asks for
	Throughput  float64                     // ok jobs a second: of the running run's last interval, or of the last run
	MeanLatency float64                     // seconds, over the same jobs
	Wanted      int64                       // the most workers that a queued or running run asks for
	Workers     *WorkersStats               // nil if the service has no NATS server
	Last        *Run                        // the last run that ended with a result; nil for none
	Recent      []Run                       // the last runs, oldest first
}

// A RunsKey is the key under which finished runs are counted.
type RunsKey struct {
	Workload string
	Status   Status
}

// A Target is the load that a plan asks for at one moment. It is zero if no run
// asks for any.
type Target struct {
	Jobs     int64   // of the whole run; 0 if only time ends it
	Rate     float64 // jobs a second, for the open model
	InFlight int64   // for the closed model
}

// TargetAt returns the load that the plan asks for after the elapsed time.
func (p Plan) TargetAt(elapsed time.Duration) Target {
	var target Target
	if p.Jobs != Unbounded {
		target.Jobs = p.Jobs
	}
	switch {
	case len(p.Scenarios) > 0:
		p.addScenarioTargets(elapsed, &target)
	case p.Open():
		target.Rate = p.Rate.At(elapsed.Seconds())
	default:
		target.InFlight = p.LevelAt(elapsed.Seconds())
	}
	return target
}

// An Exemplar names one run behind a total: the run, the value it added and the
// time.
type Exemplar struct {
	Run   string // the run's id; "" without an exemplar
	Value float64
	At    time.Time
}

// Exemplars are the exemplars of one workload. Latency, ServiceTime and Delay
// hold the longest job of the last interval with a sample, in seconds. Outcomes
// holds, by outcome, the number of jobs in the last interval with any.
type Exemplars struct {
	Latency, ServiceTime, Delay Exemplar
	Outcomes                    [outcomes]Exemplar
}

// Add replaces the exemplars for which the interval has jobs.
func (e *Exemplars) Add(run string, interval *Tally, at time.Time) {
	for _, measured := range []struct {
		into *Exemplar
		by   interface {
			Count() int64
			Max() time.Duration
		}
	}{{&e.Latency, interval.Latency}, {&e.ServiceTime, interval.ServiceTime}, {&e.Delay, interval.Delay}} {
		if measured.by.Count() > 0 {
			*measured.into = Exemplar{run, measured.by.Max().Seconds(), at}
		}
	}
	for _, o := range Outcomes() {
		if n := interval.Of(o); n > 0 {
			e.Outcomes[o] = Exemplar{run, float64(n), at}
		}
	}
}
