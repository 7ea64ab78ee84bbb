package aurea

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// priced returns a result of jobs that each took the given time.
func priced(jobs int64, each time.Duration, pricing Pricing, thresholds ...string) *Result {
	spec := Spec{NumJobs: jobs, Pricing: &pricing}
	for _, expression := range thresholds {
		spec.Thresholds = append(spec.Thresholds, parsed(expression)...)
	}
	tally := NewTally()
	tally.Planned = jobs
	tally.OK = jobs
	tally.ServiceTime.RecordN(each, jobs)
	return NewResult(NewPlan(spec, 1), Measurement{Duration: time.Minute, Tally: tally})
}

// Costs are exact sums of decimal prices.
func TestCostsAreDecimals(t *testing.T) {
	for _, test := range []struct {
		jobs                   int64
		each                   time.Duration
		pricing                Pricing
		total, perJob, million float64
	}{
		{3, time.Second, Pricing{PerJob: 0.1}, 0.3, 0.1, 100_000},
		{3, time.Second, Pricing{PerSecond: 0.1}, 0.3, 0.1, 100_000},
		{3, 100 * time.Millisecond, Pricing{PerSecond: 0.1, PerJob: 0.2}, 0.63, 0.21, 210_000},
		{10_000_000, time.Hour, Pricing{PerSecond: 1e9, PerJob: 0.1}, 36e18 + 1e6, 3.6e12 + 0.1, 3.6e18 + 1e5},
		{7, 0, Pricing{PerJob: 1.1}, 7.7, 1.1, 1_100_000},
		{0, 0, Pricing{PerJob: 1.1}, 0, 0, 0},
	} {
		r := priced(test.jobs, test.each, test.pricing)
		if r.TotalCost != test.total || r.Cost.Total != test.total {
			t.Errorf("%d jobs at %+v cost %v and %v, want %v",
				test.jobs, test.pricing, r.TotalCost, r.Cost.Total, test.total)
		}
		if r.Cost.PerJob != test.perJob {
			t.Errorf("a job at %+v costs %v, want %v", test.pricing, r.Cost.PerJob, test.perJob)
		}
		if r.Cost.PerMillionJobs != test.million {
			t.Errorf("a million jobs at %+v cost %v, want %v", test.pricing, r.Cost.PerMillionJobs, test.million)
		}
	}
}

// Law: a limit that equals the cost in all digits is reached and not exceeded.
func TestCostsAreComparedAsDecimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jobs := rapid.Int64Range(1, 10_000_000).Draw(t, "jobs")
		cents := rapid.Int64Range(1, 100_000).Draw(t, "cents")
		price, err := strconv.ParseFloat(fmt.Sprintf("%d.%02d", cents/100, cents%100), 64)
		if err != nil {
			t.Fatal(err)
		}
		for metric, exact := range map[string]*big.Rat{
			"total_cost": big.NewRat(jobs*cents, 100), "cost_per_job": big.NewRat(cents, 100),
			"cost_per_million": big.NewRat(cents*10_000, 1),
		} {
			limit := exact.FloatString(2)
			for operator, holds := range map[string]bool{"<": false, "<=": true, "==": true, ">=": true, ">": false,
				"!=": false} {
				r := priced(jobs, 0, Pricing{PerJob: price}, metric+" "+operator+" "+limit)
				if check := r.Thresholds[0]; check.OK != holds {
					t.Fatalf("%d jobs at %v: %s is %v with %v", jobs, price, check.Expression, check.OK, check.Value)
				}
			}
		}
	})
}
