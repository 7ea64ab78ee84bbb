package metrics

import (
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// last reads a metric of the last run, which is absent before the first.
func last(value func(*aurea.Result) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil {
			emit(value(s.Last.Result))
		}
	}
}

// lastRate reads a metric that only a run with a rate has.
func lastRate(value func(aurea.Rate) float64) func(*aurea.Stats, func(float64, ...string)) {
	return func(s *aurea.Stats, emit func(float64, ...string)) {
		if s.Last != nil && s.Last.Result.Rate != nil {
			emit(value(*s.Last.Result.Rate))
		}
	}
}

// quantiles are absent where no job ended ok: 0 s would be the best there is.
func quantiles(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil || s.Last.Result.Latency.Count == 0 {
		return
	}
	latency := s.Last.Result.Latency
	for _, q := range []struct {
		name  string
		value float64
	}{{"0.5", latency.P50}, {"0.9", latency.P90}, {"0.95", latency.P95}, {"0.99", latency.P99}, {"0.999", latency.P999}} {
		emit(q.value, q.name)
	}
}

func lastJobs(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, outcome := range aurea.Outcomes() {
		emit(float64(s.Last.Result.Counts.Of(outcome)), outcome.String())
	}
}

func lastCost(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last != nil {
		emit(s.Last.Result.TotalCost, s.Last.Result.Cost.Currency)
	}
}

func validity(r *aurea.Result) float64 {
	return map[aurea.ValidityState]float64{aurea.Valid: 1, aurea.Degraded: 0.5, aurea.Invalid: 0}[r.Validity.State]
}

func doubts(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, code := range aurea.Doubts() {
		found := slices.ContainsFunc(s.Last.Result.Validity.Reasons, func(r aurea.Reason) bool { return r.Code == code })
		emit(truth(found), code)
	}
}

func verdicts(s *aurea.Stats, emit func(float64, ...string)) {
	if s.Last == nil {
		return
	}
	for _, verdict := range aurea.Verdicts() {
		emit(truth(s.Last.Result.Verdict == verdict), string(verdict))
	}
}

// truth is 1 for what is so and 0 for what is not.
func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
