package aurea

// WorkersStats are the numbers of the workers of a service, at one moment, for a
// metrics view.
type WorkersStats struct {
	Connected bool                // the service reaches its NATS server
	States    map[WorkerState]int // how many workers are in each state
	Ignored   int64               // hellos that were of no use
	Lost      int64               // workers that were lost in runs, since the service's start
	Reports   map[string]int64    // reports of workers since then, by outcome
	Of        []WorkerStats       // the workers of the running run; nil if none runs on workers
}

// MaxWorkerStats is how many workers WorkersStats describes one by one.
const MaxWorkerStats = 50

// WorkerStats are the numbers of one worker's last interval.
type WorkerStats struct {
	ID         string
	Name       string
	Throughput float64 // jobs that ended ok, a second
	CPU        float64 // share of its cores' time
	DelayP99   float64 // seconds
}

// Wanted returns how many workers must be there for a spec to start: its number,
// or 1 for all workers. It is 0 for nil and local.
func (p *Placement) Wanted() int64 {
	if p == nil || p.Local() {
		return 0
	}
	return max(p.Select().Count, 1)
}

// WorkerStats returns the numbers of the first workers of a result, over the
// judged part of the run.
func (w *Workers) WorkerStats() []WorkerStats {
	var stats []WorkerStats
	for _, of := range w.Of[:min(len(w.Of), MaxWorkerStats)] {
		stats = append(stats, WorkerStats{
			ID: of.ID, Name: of.Name, Throughput: of.Throughput, CPU: of.CPU, DelayP99: of.Delay.P99,
		})
	}
	return stats
}
