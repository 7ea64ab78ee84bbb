package server

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// long is a name as long as a part or a scenario may have.
var long = strings.Repeat("p", 40)

// runsOfEveryState returns a run in each state that the screen of a run knows, with
// long names: queued, live, live with scenarios, failed on workers, and interrupted.
func runsOfEveryState(t *testing.T) []aurea.Run {
	t.Helper()
	started := time.Now().Add(-time.Minute)
	thresholds := []aurea.ThresholdCheck{{Expression: "p99 < 250ms", Value: 0.0037, OK: true},
		{Expression: "parts." + long + ".p99 < 1ms", Value: 12345}, {Expression: "p50 < 1ms", NoData: true}}

	failed := steadyRun(t, hostile)
	failed.ID, failed.Result.ID = "failed", "failed"
	r := failed.Result
	r.Thresholds, r.Verdict = thresholds, aurea.VerdictFail
	r.Validity = aurea.Validity{State: aurea.Invalid, Reasons: []aurea.Reason{
		{Code: "x", Message: "the generator was late", State: aurea.Invalid},
		{Code: "y", Message: strings.Repeat("unbroken", 40), State: aurea.Degraded}}}
	r.Errors = append(r.Errors,
		aurea.ErrorClass{Class: "status_503", Count: 1234567, Sample: strings.Repeat("unbroken", 40)})
	r.Statuses = param.Named[int64]{{Name: "200", Value: 1073}, {Name: "503", Value: 1234567}}
	r.Parts = []aurea.PartResult{{Name: "fine", Counts: aurea.Counts{Planned: 3, OK: 3}},
		{Name: long, Counts: aurea.Counts{Planned: 2, OK: 1, Failed: 1}}}
	r.Workers, r.Warnings, r.JobsNotListed = unlikeWorkers(), []string{"records are missing"}, 1234
	r.Workers.Of[3].Name, r.Workers.Of[3].Host = hostile, hostile
	r.Environment.CPU, r.Environment.Kernel = "Xeon <4> "+strings.Repeat("long ", 20), strings.Repeat("6", 60)

	live := steadyRun(t, hostile)
	live.ID, live.Status, live.Result, live.StartedAt = "live", aurea.StatusRunning, nil, &started
	live.Spec.Pricing = &aurea.Pricing{PerSecond: 0.1, Currency: "EUR"}
	live.Timeline = []aurea.RunEvent{
		{T: 2.1, Kind: aurea.ChangeLoad, Detail: "rate 231 to 100", Rate: 100}, {T: 2.5, Kind: aurea.Pause},
		{T: 3, Kind: aurea.Resume},
	}

	scenarios := steadyRun(t, hostile)
	spec, err := aurea.DecodeSpec([]byte(`{"scenarios": [
		{"name": "` + long + `", "num_jobs": 9, "workload": {"kind": "noop"}},
		{"name": "after", "rate": 5, "duration": "1h", "workload": {"kind": "noop"}, "thresholds": ["p99 < 1s"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	scenarios.Spec, scenarios.ID, scenarios.Status, scenarios.Result = spec, "scenarios", aurea.StatusRunning, nil

	queued := live
	queued.ID, queued.Status, queued.QueuePosition, queued.Timeline = "queued", aurea.StatusQueued, 3, nil

	killed := live
	killed.ID, killed.Status, killed.Timeline = "interrupted", aurea.StatusInterrupted, nil
	killed.Progress = &aurea.RunProgress{Elapsed: 12, Started: 1500, OK: 1440, Throughput: 120, P50: 0.1, P99: 0.2}
	return []aurea.Run{queued, live, scenarios, failed, killed}
}

// watchSome yields some intervals of a live run and then waits. The last interval
// knows everything.
func watchSome(ctx context.Context, run aurea.Run, after int64) iter.Seq2[aurea.Update, error] {
	return func(yield func(aurea.Update, error) bool) {
		var past []aurea.RunProgress
		for i := range 8 {
			t := i + 1
			past = append(past, aurea.RunProgress{
				Elapsed: float64(t), Remaining: 3600, OK: int64(t) * 231, Failed: int64(t), InFlight: int64(t % 4),
				Throughput: 231, P50: 0.004, P90: 0.005, P99: 0.006, Phase: aurea.PhaseRunning, SoFar: soFarOf(run),
			})
		}
		for _, update := range run.Updates(after, past) {
			if !yield(update, nil) {
				return
			}
		}
		<-ctx.Done()
	}
}

// soFarOf returns all that can be known of a live run.
func soFarOf(run aurea.Run) *aurea.SoFar {
	thresholds := []aurea.ThresholdCheck{{Expression: "p99 < 250ms", Value: 0.006, OK: true},
		{Expression: "error_rate < 1%", Value: 0.5}}
	soFar := &aurea.SoFar{Target: 231, Limit: 50, Cost: 0.35, Thresholds: thresholds,
		Errors: []aurea.ErrorSoFar{{Class: "connect", Count: 8}, {Class: "status_503", Count: 1234567}},
		Parts:  []aurea.PartSoFar{{Name: long, OK: 100, Failed: 8, P99: 0.2}, {Name: "fine", OK: 1748, P99: 0.001}},
		Time:   []aurea.TimeSoFar{{Name: "connect", Share: 0.25, Mean: 0.001, P99: 0.2}},
	}
	if run.Spec.Scenarios != nil {
		soFar.Parts, soFar.Time = nil, nil
		soFar.Scenarios = []aurea.ScenarioSoFar{{Name: long, State: aurea.ScenarioEnded, OK: 9},
			{Name: "after", State: aurea.ScenarioRunning, OK: 40, Failed: 3, Throughput: 5, P50: 0.001, P99: 0.2,
				Thresholds: thresholds}}
	}
	return soFar
}

// The screen of a run fits in each of its states, as do the tabs of a live run and
// of one that failed on workers.
func TestBrowserLooksOfRuns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it has nothing to do with races")
	}
	shelf := newStoringFake(finishingFake())
	shelf.watch, shelf.runs = watchSome, runsOfEveryState(t)
	b := visit(t, host(t, shelf)+"/#/nowhere", 0)
	// where is an address, then what is there when it is whole.
	for _, where := range [][2]string{
		{"queued", ".figures"},
		{"live", ".overtime svg"},
		{"live?tab=parts", "[data-tab=parts] table"},
		{"scenarios", ".scenarios .bad"},
		{"failed", "[data-tab=latency] .plot svg"},
		{"failed?tab=parts", "[data-tab=parts] table"},
		{"failed?tab=machine", "[data-tab=machine] dl"},
		{"interrupted", ".figures"},
	} {
		b.goTo("#/runs/" + where[0])
		b.until(`document.querySelector("#screen ` + where[1] + `")`)
		b.fitsEverywhere("run-" + strings.ReplaceAll(where[0], "?tab=", "-"))
	}
}
