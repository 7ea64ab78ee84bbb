package metrics

import (
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// What keeps the service below 500 series, whatever was run on it. A series that
// is left out comes back with its count when its workload runs again, so that
// nothing is missed by who looks at how much a counter rose.
const (
	maxCounted    = 8 // workloads with counters: those that ran last
	maxMeasured   = 3 // of them, with histograms and errors by class
	maxCurrencies = 4 // likewise, that money was spent in
)

// latest are the first n of a list whose latest item is first.
func latest(list []string, n int) []string { return list[:min(n, len(list))] }

// counted are the workloads that have counters.
func counted(s *aurea.Stats) []string { return latest(s.Kinds, maxCounted) }

// measured are the workloads that have histograms, too.
func measured(s *aurea.Stats) []string { return latest(s.Kinds, maxMeasured) }

// one reads a metric that has a single value.
func one(value func(*aurea.Stats) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) { emit(value(s)) }
}

func finished(s *aurea.Stats, emit func(float64, ...string)) {
	kinds := counted(s)
	for key, n := range s.Runs {
		if slices.Contains(kinds, key.Workload) {
			emit(float64(n), key.Workload, string(key.Status))
		}
	}
}

func jobs(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range counted(s) {
		if tally := s.Workloads[workload]; tally != nil {
			for _, outcome := range aurea.Outcomes() {
				emit(float64(tally.Of(outcome)), workload, outcome.String())
			}
		}
	}
}

func started(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range counted(s) {
		if tally := s.Workloads[workload]; tally != nil {
			emit(float64(tally.Started), workload)
		}
	}
}

func wrong(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range measured(s) {
		for class, n := range s.Errors[workload] {
			emit(float64(n), workload, class)
		}
	}
}

func cost(s *aurea.Stats, emit func(float64, ...string)) {
	for _, currency := range latest(s.Currencies, maxCurrencies) {
		emit(s.Cost[currency], currency)
	}
}

func info(s *aurea.Stats, emit func(float64, ...string)) {
	for _, run := range s.Recent {
		verdict := ""
		if run.Result != nil {
			verdict = string(run.Result.Verdict)
		}
		emit(1, run.ID, run.Name, run.Spec.Job().Kind, string(run.Status), verdict)
	}
}

// moments reads when something happened to each of the last runs.
func moments(of func(*aurea.Run) *time.Time) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		for i := range s.Recent {
			if at := of(&s.Recent[i]); at != nil {
				emit(float64(at.UnixMilli())/1000, s.Recent[i].ID)
			}
		}
	}
}

// exemplarOf reads the exemplar of a workload's histogram.
func exemplarOf(read func(*aurea.Exemplars) aurea.Exemplar) func(*aurea.Stats, []string) aurea.Exemplar {
	return func(s *aurea.Stats, labels []string) aurea.Exemplar {
		exemplars := s.Exemplars[labels[0]]
		return read(&exemplars)
	}
}

func exemplarOfJobs(s *aurea.Stats, labels []string) aurea.Exemplar {
	for _, outcome := range aurea.Outcomes() {
		if outcome.String() == labels[1] {
			return s.Exemplars[labels[0]].Outcomes[outcome]
		}
	}
	return aurea.Exemplar{}
}
