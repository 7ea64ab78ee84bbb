package aurea

import "time"

// Stats are the numbers of a service since it started, at one moment. They are
// what a metrics view shows; nothing is decided by them. They are for reading:
// what they hold is shared with whoever else asked.
type Stats struct {
	Since       time.Time                   // when the counting began
	Runs        map[RunsKey]int64           // finished runs
	Workloads   map[string]*Tally           // jobs of all runs so far, by workload; the running one's too
	Errors      map[string]map[string]int64 // jobs that went wrong, likewise, by workload and class
	Exemplars   map[string]Exemplars        // by workload
	Cost        map[string]float64          // money spent by jobs so far, by currency
	Kinds       []string                    // the workloads of the above, the one that ran last first
	Currencies  []string                    // of Cost, likewise
	Active      int                         // runs running
	Queued      int                         // runs waiting
	QueueLimit  int                         // runs that may wait
	Unstored    int                         // runs that have ended and that the store could not take yet
	NotStored   int64                       // results that it could not take when their run ended
	InFlight    int64                       // jobs in flight, at the end of the last interval
	Target      Target                      // what the running run asks for
	Throughput  float64                     // ok jobs a second: of the running run's last interval, else of the last run
	MeanLatency float64                     // seconds, likewise
	Last        *Run                        // the last run that ended with a result; nil when there was none
	Recent      []Run                       // the last runs, oldest first
}

// A RunsKey is what finished runs are counted by.
type RunsKey struct {
	Workload string
	Status   Status
}

// A Target is the load that a plan asks for at one moment. All of it is 0 when
// no run asks for anything.
type Target struct {
	Jobs     int64   // of the whole run; 0 when only time ends it
	Rate     float64 // jobs a second, of the open model
	InFlight int64   // of the closed model
}

// TargetAt is what the plan asks for when a run of it has gone on for so long.
func (p Plan) TargetAt(elapsed time.Duration) Target {
	var target Target
	if p.Jobs != Unbounded {
		target.Jobs = p.Jobs
	}
	if p.Open() {
		target.Rate = p.Rate.At(elapsed.Seconds())
	} else {
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
