package metrics

import (
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// ofLastRun reads a metric from the last result. Before the first result the
// metric is absent.
func ofLastRun(value func(*aurea.Result) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil {
			emit(value(s.Last.Result))
		}
	}
}

// ofLastRate reads a metric from the rate of the last result. The metric is
// absent if that run had no rate.
func ofLastRate(value func(aurea.Rate) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil && s.Last.Result.Rate != nil {
			emit(value(*s.Last.Result.Rate))
		}
	}
}

// quantiles reads the latency quantiles of the last result. They are absent if
// no job ended ok: 0 s would look like the best possible latency.
func quantiles(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil || s.Last.Result.Latency.Count == 0 {
		return
	}
	latency := s.Last.Result.Latency
	for _, q := range []struct {
		name  string
		value float64
	}{{"0.5", latency.P50}, {"0.9", latency.P90}, {"0.95", latency.P95}, {"0.99", latency.P99},
		{"0.999", latency.P999}} {
		emit(q.value, q.name)
	}
}

// lastJobs reads the jobs of the last result by outcome.
func lastJobs(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, outcome := range aurea.Outcomes() {
		emit(float64(s.Last.Result.Counts.Of(outcome)), outcome.String())
	}
}

// lastCost reads the cost of the last result in its currency.
func lastCost(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last != nil {
		emit(s.Last.Result.TotalCost, s.Last.Result.Cost.Currency)
	}
}

// validity returns 1 for a valid, 0.5 for a degraded and 0 for an invalid
// result.
func validity(r *aurea.Result) float64 {
	return map[aurea.ValidityState]float64{aurea.Valid: 1, aurea.Degraded: 0.5, aurea.Invalid: 0}[r.Validity.State]
}

// validityReasons reads, for every possible reason, whether the last result has
// it.
func validityReasons(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, code := range aurea.ValidityCodes() {
		found := slices.ContainsFunc(s.Last.Result.Validity.Reasons,
			func(r aurea.Reason) bool { return r.Code == code })
		emit(boolValue(found), code)
	}
}

// verdicts reads, for every possible verdict, whether it is the last result's.
func verdicts(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, verdict := range aurea.Verdicts() {
		emit(boolValue(s.Last.Result.Verdict == verdict), string(verdict))
	}
}

// boolValue returns 1 for true and 0 for false.
func boolValue(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
