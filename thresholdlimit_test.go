package aurea

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A limit names its metric, and says whether it limits latencies.
func TestThresholdLimit(t *testing.T) {
	for expression, want := range map[string]ThresholdLimit{
		"p99 < 250ms":             {Metric: "p99", Quantile: 0.99, OfLatency: true, Value: 0.25},
		"p99.9 <= 1s":             {Metric: "p99.9", Quantile: 0.999, OfLatency: true, Value: 1},
		"latency.p99.9 <= 1s":     {Metric: "latency.p99.9", Quantile: 0.999, OfLatency: true, Value: 1},
		"latency.max < 2s":        {Metric: "latency.max", OfLatency: true, Value: 2},
		"mean_latency < 1s":       {Metric: "mean_latency", OfLatency: true, Value: 1},
		"throughput > 50":         {Metric: "throughput", Value: 50},
		"error_rate < 1%":         {Metric: "error_rate", Value: 0.01},
		"delay.p99 < 1s":          {Metric: "delay.p99", Value: 1},
		"delay.p99.9 < 1s":        {Metric: "delay.p99.9", Value: 1},
		"service_time.mean < 1s":  {Metric: "service_time.mean", Value: 1},
		"phases.body.p99 < 1s":    {Metric: "phases.body.p99", Value: 1},
		"phases.a.b.p99.9 < 1s":   {Metric: "phases.a.b.p99.9", Value: 1},
		"counters.b.per_job < 12": {Metric: "counters.b.per_job", Value: 12},
	} {
		threshold, err := ParseThreshold(expression)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, threshold.Limit()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expression, diff)
		}
	}
}
