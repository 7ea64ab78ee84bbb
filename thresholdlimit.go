package aurea

import "strings"

// A ThresholdLimit is what a threshold compares with.
type ThresholdLimit struct {
	Metric    string  // as in the expression
	Quantile  float64 // of a percentile of the latency, from 0 to 1; 0 for any other metric
	OfLatency bool    // whether the metric is a time of the latency
	Value     float64 // in the metric's base unit: seconds, a share, jobs a second, money
}

// Limit returns what the threshold compares with, to be drawn.
func (t Threshold) Limit() ThresholdLimit {
	limit := ThresholdLimit{Metric: t.metric, Value: t.limit}
	statistic := t.metric
	if prefix, rest, ok := strings.Cut(t.metric, "."); ok && distributions[prefix] != nil {
		if prefix != "latency" {
			return limit
		}
		statistic = rest
	}
	if q, ok := quantile(statistic); ok {
		limit.Quantile, limit.OfLatency = q, true
	}
	if statistics[statistic] != nil || t.metric == "mean_latency" {
		limit.OfLatency = true
	}
	return limit
}
