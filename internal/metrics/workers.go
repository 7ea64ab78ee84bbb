package metrics

import (
	"cmp"

	"github.com/aurea-orchestrator/aurea"
)

// ofWorkers reads a metric of the service's workers. It is absent if the service
// has no NATS server.
func ofWorkers(value func(*aurea.Stats) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Workers != nil {
			emit(value(s))
		}
	}
}

// workersByState reads how many workers are in each state.
func workersByState(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Workers == nil {
		return
	}
	for _, state := range aurea.WorkerStates() {
		emit(float64(s.Workers.States[state]), string(state))
	}
}

// wantedWorkers returns how many workers there should be. Those that execute a
// run are wanted to its end, whatever its spec says: an autoscaler would stop
// them otherwise.
func wantedWorkers(s *aurea.Stats) float64 {
	busy := s.Workers.States[aurea.WorkerReserved] + s.Workers.States[aurea.WorkerRunning]
	return max(float64(s.Wanted), float64(busy))
}

// reports reads the reports of workers by outcome.
func reports(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Workers == nil {
		return
	}
	for outcome, n := range s.Workers.Reports {
		emit(float64(n), outcome)
	}
}

// ofLastWorkers reads a metric of the workers of the last result. It is absent if
// that run had none.
func ofLastWorkers(value func(*aurea.Workers) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil && s.Last.Result.Workers != nil {
			emit(value(s.Last.Result.Workers))
		}
	}
}

// lastSpread reads the spread of the start of the last result. It is absent if
// the result does not know it.
func lastSpread(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last != nil && s.Last.Result.Workers != nil && s.Last.Result.Workers.SpreadKnown() {
		emit(s.Last.Result.Workers.Spread)
	}
}

// ofEachWorker reads a metric of each worker of the running run, or of the last
// one if none runs. Workers may share a name; then the ID tells them apart,
// because a series can be there only once.
func ofEachWorker(value func(aurea.WorkerStats) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		workers := presentWorkers(s)
		named := map[string]int{}
		for _, w := range workers {
			named[w.Name]++
		}
		for _, w := range workers {
			label := cmp.Or(w.Name, w.ID)
			if named[w.Name] > 1 && w.Name != "" {
				label += " " + w.ID
			}
			emit(value(w), label)
		}
	}
}

// presentWorkers returns the workers of the running run, or of the last one.
func presentWorkers(s *aurea.Stats) []aurea.WorkerStats {
	switch {
	case s.Workers != nil && s.Workers.Of != nil:
		return s.Workers.Of
	case s.Active == 0 && s.Last != nil && s.Last.Result.Workers != nil:
		return s.Last.Result.Workers.WorkerStats()
	}
	return nil
}
