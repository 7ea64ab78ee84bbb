package report

import (
	"cmp"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// chartData is what the charts of a page need beside the result: what was asked
// for, and when.
type chartData struct {
	Warmup float64      `json:"warmup"` // seconds from the run's start, with its pauses
	Limits []chartLimit `json:"limits"`
	Target [][2]float64 `json:"target"` // of a rate: seconds, and jobs a second
	Level  [][2]float64 `json:"level"`  // of the closed model: seconds, and jobs in flight
	Events []chartEvent `json:"events"`
}

// A chartLimit is a threshold to be drawn.
type chartLimit struct {
	Label    string  `json:"label"`
	Chart    string  `json:"chart"`              // latency or throughput
	Quantile float64 `json:"quantile,omitempty"` // of a percentile of the latency
	Value    float64 `json:"value"`
	OK       bool    `json:"ok"`
}

// A chartEvent is a control of the run.
type chartEvent struct {
	T     float64 `json:"t"`
	Label string  `json:"label"`
}

func newChartData(r *aurea.Result) chartData {
	data := chartData{Limits: []chartLimit{}, Events: []chartEvent{}}
	if r.Warmup != nil {
		data.Warmup = r.Warmup.Duration + r.Warmup.Paused
	}
	for i, threshold := range r.Spec.Thresholds {
		limit := threshold.Limit()
		drawn := chartLimit{Label: threshold.Expression, Chart: "latency", Quantile: limit.Quantile, Value: limit.Value}
		if i < len(r.Thresholds) {
			drawn.OK = r.Thresholds[i].OK
		}
		switch {
		case limit.Metric == "throughput":
			drawn.Chart = "throughput"
		case !limit.OfLatency:
			continue
		}
		data.Limits = append(data.Limits, drawn)
	}
	for _, event := range r.Timeline {
		data.Events = append(data.Events, chartEvent{T: event.T, Label: cmp.Or(event.Detail, event.Kind)})
	}
	data.Target, data.Level = askedFor(r)
	return data
}

// targetSteps is the number of points of the load that was asked for.
const targetSteps = 200

// askedFor returns the load that the plan asked for over the time of the
// series: a rate or a level, with the run's controls.
func askedFor(r *aurea.Result) (rate, level [][2]float64) {
	rate, level = [][2]float64{}, [][2]float64{}
	if len(r.Series) < 2 {
		return rate, level
	}
	plan := aurea.NewPlan(r.Spec, r.Seed)
	end := r.Series[len(r.Series)-1].T
	if plan.End != aurea.Forever {
		end = min(end, time.Duration(plan.End).Seconds()+r.Paused)
	}
	for i := range targetSteps + 1 {
		t := end * float64(i) / targetSteps
		target := targetAt(plan, r.Timeline, t)
		if plan.Open() {
			rate = append(rate, [2]float64{t, target.Rate})
		} else {
			level = append(level, [2]float64{t, float64(target.InFlight)})
		}
	}
	return rate, level
}

// targetAt returns the load that was asked for at a time of the run's clock.
// The plan's clock stands still while the run is paused.
func targetAt(plan aurea.Plan, timeline []aurea.RunEvent, t float64) aurea.Target {
	paused, pausedAt := 0.0, -1.0
	var changed aurea.RunEvent
	for _, event := range timeline {
		if event.T > t {
			break
		}
		switch event.Kind {
		case aurea.Pause:
			pausedAt = event.T
		case aurea.Resume:
			paused, pausedAt = paused+event.T-max(pausedAt, 0), -1
		case aurea.ChangeLoad:
			changed.Rate = cmp.Or(event.Rate, changed.Rate)
			changed.Concurrency = cmp.Or(event.Concurrency, changed.Concurrency)
		}
	}
	if pausedAt >= 0 {
		return aurea.Target{}
	}
	target := plan.TargetAt(time.Duration((t - paused) * float64(time.Second)))
	target.Rate = cmp.Or(changed.Rate, target.Rate)
	target.InFlight = cmp.Or(changed.Concurrency, target.InFlight)
	return target
}
