package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// The target follows the spec's stages, stands still while the run is paused,
// and is what the last control said.
func TestTargetAt(t *testing.T) {
	hundred := 100.0
	stage := aurea.Stage{Duration: aurea.Duration(10 * time.Second), Rate: &hundred}
	plan := aurea.NewPlan(aurea.Spec{Stages: []aurea.Stage{stage}}, 1)
	timeline := []aurea.RunEvent{
		{T: 4, Kind: aurea.Pause}, {T: 6, Kind: aurea.Resume}, {T: 8, Kind: aurea.ChangeLoad, Rate: 7},
	}
	for at, want := range map[float64]float64{0: 0, 2: 20, 5: 0, 7: 50, 9: 7} {
		if got := targetAt(plan, timeline, at).Rate; got != want {
			t.Errorf("after %g s the target is %g, want %g", at, got, want)
		}
	}
}

// Thresholds about the latency and the throughput are drawn, and controls are.
func TestChartData(t *testing.T) {
	r := shopRun().Result
	r.Timeline = []aurea.RunEvent{
		{T: 2, Kind: aurea.Pause}, {T: 3, Kind: aurea.ChangeLoad, Detail: "rate 100 to 200", Rate: 200},
	}
	data := newChartData(r)
	wantLimits := []chartLimit{
		{Label: "throughput > 50", Chart: "throughput", Value: 50, OK: true},
		{Label: "p99 < 50ms", Chart: "latency", Quantile: 0.99, Value: 0.05},
	}
	if diff := cmp.Diff(wantLimits, data.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	wantEvents := []chartEvent{{T: 2, Label: "pause"}, {T: 3, Label: "rate 100 to 200"}}
	if diff := cmp.Diff(wantEvents, data.Events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if data.Warmup != 1 || len(data.Target) != targetSteps+1 || len(data.Level) != 0 {
		t.Errorf("a warm-up of %g s, %d points of a rate and %d of a level", data.Warmup, len(data.Target), len(data.Level))
	}
}
