package aurea

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A share equals a limit if they are equal as decimals, and differs from it by one
// job more or less.
func TestSharesAreComparedAsDecimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(3, 6).Draw(t, "digits")
		jobs := int64(math.Pow10(digits))
		failed := rapid.Int64Range(0, jobs).Draw(t, "failed")
		r := &Result{Counts: Counts{Planned: jobs, OK: jobs - failed, Failed: failed}}
		percentage := fmt.Sprintf("%d.%0*d%%", failed/(jobs/100), digits-2, failed%(jobs/100))
		share := fmt.Sprintf("%d.%0*d", failed/jobs, digits, failed%jobs)
		for _, limit := range []string{percentage, share} {
			for operator, holds := range map[string]bool{"<": false, "<=": true, "==": true, ">=": true, ">": false,
				"!=": false} {
				if check := parsed("error_rate " + operator + " " + limit)[0].Check(r, Samples{}); check.OK != holds {
					t.Fatalf("%s is %v with %d failed of %d", check.Expression, check.OK, failed, jobs)
				}
			}
		}
	})
}

func TestUnitsOfThresholds(t *testing.T) {
	for expression, want := range map[string]string{
		"p99 < 250ms": "seconds", "p99 < 250": "seconds", "mean_latency < 1s": "seconds",
		"phases.x.p50 < 1s": "seconds",
		"error_rate < 1%":   "share", "parts.x.error_rate < 1%": "share", "throughput > 5": "jobs_per_second",
		"cost_per_million < 3": "money",
		"in_flight < 3":        "", "counters.x.total > 1": "", "of no metric": "",
	} {
		if got := (ThresholdCheck{Expression: expression}).Unit(); got != want {
			t.Errorf("%s is in %q, want %q", expression, got, want)
		}
	}
}
