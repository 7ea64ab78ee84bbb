package aurea

// Stats are the numbers of a service since it started, at one moment. They are
// what a metrics view shows; nothing is decided by them.
type Stats struct {
	Runs        map[RunsKey]int64  // finished runs
	Workloads   map[string]*Tally  // jobs of all runs so far, by workload; the running one's too
	Cost        map[string]float64 // money spent by jobs so far, by currency
	Active      int                // runs running
	Queued      int                // runs waiting
	InFlight    int64              // jobs in flight, at the end of the last interval
	Throughput  float64            // ok jobs a second: of the running run's last interval, else of the last run
	MeanLatency float64            // seconds, likewise
	Last        *Run               // the last run that ended with a result; nil when there was none
	Recent      []Run              // the last runs, oldest first
}

// A RunsKey is what finished runs are counted by.
type RunsKey struct {
	Workload string
	Status   Status
}
