package compare

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurea-orchestrator/aurea"
)

// The spread of six runs by hand. The interval of their median is their range.
func TestSpreads(t *testing.T) {
	results := resultsOf("run", 3, 1, 2, 6, 5, 4)
	failed := resultOf("failed", 100)
	failed.Status = aurea.StatusFailed
	spreads, warnings := Spreads(append(results, failed))
	var got Spread
	for _, s := range spreads {
		if s.Metric == "mean_latency" {
			got = s
		}
	}
	want := Spread{
		Metric: "mean_latency", Unit: "seconds", Better: "lower",
		Median: Median{N: 6, Median: 3.5, Interval: &Interval{Low: 1, High: 6}},
		Min:    1, Max: 6, Variation: math.Sqrt(3.5) / 3.5,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(spreads) != 8 {
		t.Errorf("%d metrics, want 8: all but the delay", len(spreads))
	}
	wantWarnings := []Warning{{"not_completed", "failed", "failed of the set is left out: it is failed"}}
	if diff := cmp.Diff(wantWarnings, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if spreads, warnings := Spreads(nil); len(spreads)+len(warnings) > 0 {
		t.Errorf("of no runs: %+v, %+v", spreads, warnings)
	}
	if spreads, _ := Spreads(resultsOf("run", 2)); spreads[1].Variation != 0 || spreads[1].Interval != nil {
		t.Errorf("of one run: %+v", spreads[1])
	}
}
