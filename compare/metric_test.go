package compare

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Differences of decimal shares are exact decimals: a difference of exactly
// relevantErrors is within the threshold.
func TestDifferencesOfSharesAreDecimals(t *testing.T) {
	errorRate := metrics[slices.IndexFunc(metrics, func(m metric) bool { return m.name == "error_rate" })]
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]float64{1000, 10_000, 1_000_000}).Draw(t, "jobs")
		failed := float64(rapid.Int64Range(0, int64(of*(1-relevantErrors))).Draw(t, "failed"))
		more := relevantErrors * of
		for _, test := range []struct {
			more    float64
			verdict MetricVerdict
		}{{more, MetricSame}, {more + 1, MetricWorse}} {
			base := slices.Repeat([]float64{failed / of}, 6)
			head := slices.Repeat([]float64{(failed + test.more) / of}, 6)
			e := newEffect(errorRate, base, head, sequence{})
			e.PAdjusted = e.P
			e.judge(DefaultThreshold)
			if want := test.more / of; e.Difference.Value != want {
				t.Fatalf("from %v to %v: %v, want %v", base[0], head[0], e.Difference.Value, want)
			}
			if e.Verdict != test.verdict {
				t.Fatalf("from %v to %v: %s, want %s", base[0], head[0], e.Verdict, test.verdict)
			}
		}
	})
}
