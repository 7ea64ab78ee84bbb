package metrics

import (
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// These limits keep a scrape below 700 series whatever has been run. A series
// that is left out returns with its full count when its workload runs again, so
// rate() and increase() miss nothing.
const (
	maxCounted    = 8 // workloads with counters, most recent first
	maxMeasured   = 3 // workloads with histograms and errors by class
	maxCurrencies = 4 // currencies of the cost counter
)

// firstN returns the first n items of a list, or all if it is shorter.
func firstN(list []string, n int) []string { return list[:min(n, len(list))] }

// countedWorkloads returns the workloads that have counters.
func countedWorkloads(s *aurea.Stats) []string { return firstN(s.Kinds, maxCounted) }

// measuredWorkloads returns the workloads that also have histograms.
func measuredWorkloads(s *aurea.Stats) []string { return firstN(s.Kinds, maxMeasured) }

// singleValue reads a metric without labels.
func singleValue(value func(*aurea.Stats) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) { emit(value(s)) }
}

// finishedRuns reads the finished runs by workload and status.
func finishedRuns(s *aurea.Stats, emit func(float64, ...string)) {
	kinds := countedWorkloads(s)
	for key, n := range s.Runs {
		if slices.Contains(kinds, key.Workload) {
			emit(float64(n), key.Workload, string(key.Status))
		}
	}
}

// jobs reads the finished jobs by workload and outcome.
func jobs(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range countedWorkloads(s) {
		if tally := s.Workloads[workload]; tally != nil {
			for _, outcome := range aurea.Outcomes() {
				emit(float64(tally.Of(outcome)), workload, outcome.String())
			}
		}
	}
}

// startedJobs reads the started jobs by workload.
func startedJobs(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range countedWorkloads(s) {
		if tally := s.Workloads[workload]; tally != nil {
			emit(float64(tally.Started), workload)
		}
	}
}

// jobErrors reads the errors of jobs by workload and class.
func jobErrors(s *aurea.Stats, emit func(float64, ...string)) {
	for _, workload := range measuredWorkloads(s) {
		for class, n := range s.Errors[workload] {
			emit(float64(n), workload, class)
		}
	}
}

// cost reads the money spent by currency.
func cost(s *aurea.Stats, emit func(float64, ...string)) {
	for _, currency := range firstN(s.Currencies, maxCurrencies) {
		emit(s.Cost[currency], currency)
	}
}

// runInfo describes the last runs.
func runInfo(s *aurea.Stats, emit func(float64, ...string)) {
	for _, run := range s.Recent {
		verdict := ""
		if run.Result != nil {
			verdict = string(run.Result.Verdict)
		}
		emit(1, run.ID, run.Name, run.Spec.ResolvedWorkload().Kind, string(run.Status), verdict)
	}
}

// timestamps reads a time of each of the last runs, in seconds since 1970. Runs
// without that time are left out.
func timestamps(of func(*aurea.Run) *time.Time) func(*aurea.Stats, func(float64, ...string)) {
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

// exemplarOfJobs reads the exemplar of a workload's jobs with an outcome.
func exemplarOfJobs(s *aurea.Stats, labels []string) aurea.Exemplar {
	for _, outcome := range aurea.Outcomes() {
		if outcome.String() == labels[1] {
			return s.Exemplars[labels[0]].Outcomes[outcome]
		}
	}
	return aurea.Exemplar{}
}
