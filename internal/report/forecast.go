package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// WriteForecast writes what a run of the spec would do, with a curve of its
// load if that changes.
func WriteForecast(spec aurea.Spec, f aurea.Forecast, o Options, w io.Writer) error {
	rows := format.NewRows(w, o.Width)
	rows.Row("workload", f.Workload)
	if spec.Name != "" {
		rows.Row("name", spec.Name)
	}
	if len(f.Scenarios) == 0 {
		forecastRows(rows, f)
	}
	for i, scenario := range f.Scenarios {
		forecastScenario(rows, scenario, spec.Scenarios[i].Thresholds)
	}
	if spec.Repeat != nil {
		rows.Row("repeat", forecastRepeat(*spec.Repeat))
	}
	for i, threshold := range spec.Thresholds {
		rows.Row(map[bool]string{true: "thresholds"}[i == 0], threshold.Expression)
	}
	if err := rows.Flush(); err != nil {
		return err
	}
	if len(f.Scenarios) > 0 {
		return nil
	}
	return writeLoadCurve(w, f, o)
}

// forecastRows writes what a load would do.
func forecastRows(rows *format.Rows, f aurea.Forecast) {
	rows.Row("jobs", forecastJobs(f))
	rows.Row("duration", forecastDuration(f))
	rows.Row("load", forecastLoad(f))
	rows.Row("model", forecastModel(f))
	if f.Warmup > 0 {
		rows.Row("warm-up", format.Duration(f.Warmup)+" at the beginning, which is not judged")
	}
}

// forecastScenario writes what a scenario would do.
func forecastScenario(rows *format.Rows, s aurea.ScenarioForecast, thresholds []aurea.Threshold) {
	f := aurea.Forecast{
		Model: s.Model, PlannedJobs: s.PlannedJobs, Approximate: s.Approximate, Duration: s.Duration,
		Concurrency: s.Concurrency, Load: s.Load,
	}
	start := "after the one before it"
	if s.Start != nil {
		start = "from " + format.Duration(*s.Start) + " on"
	}
	rows.Row(s.Name, start+": "+s.Workload)
	rows.Row("", "jobs: "+forecastJobs(f))
	rows.Row("", "duration: "+forecastDuration(f))
	rows.Row("", "load: "+forecastLoad(f))
	if s.Warmup > 0 {
		rows.Row("", "warm-up: "+format.Duration(s.Warmup))
	}
	for _, threshold := range thresholds {
		rows.Row("", threshold.Expression)
	}
}

// forecastRepeat says how many runs there are, one after the other.
func forecastRepeat(r aurea.Repeat) string {
	text := format.NumberOf(int(r.Times), "run")
	if r.Cooldown > 0 {
		text += ", " + r.Cooldown.String() + " apart"
	}
	return text
}

// forecastJobs says how many jobs start.
func forecastJobs(f aurea.Forecast) string {
	switch {
	case f.PlannedJobs == nil:
		return "as many as can be done in that time"
	case f.Approximate:
		return "about " + strconv.FormatInt(*f.PlannedJobs, 10) + ", by chance"
	}
	return strconv.FormatInt(*f.PlannedJobs, 10)
}

// forecastDuration says for how long jobs start.
func forecastDuration(f aurea.Forecast) string {
	switch {
	case f.Duration == nil:
		return "until all jobs have ended"
	case f.Model == aurea.Closed && f.PlannedJobs != nil:
		return format.Duration(*f.Duration) + " at most, and until the last jobs have ended"
	}
	return format.Duration(*f.Duration) + ", and until the last jobs have ended"
}

// forecastModel says how jobs are started.
func forecastModel(f aurea.Forecast) string {
	if f.Model == aurea.Closed {
		return fmt.Sprintf("closed: %d in flight at most, each starts when another ends", f.Concurrency)
	}
	text := "open: jobs start at a rate, whether or not earlier ones have ended"
	if f.PlannedJobs == nil || f.Concurrency < cmp.Or(*f.PlannedJobs, f.Concurrency) {
		text += fmt.Sprintf("; %d in flight at most", f.Concurrency)
	}
	return text
}

// forecastLoad says what the load is: constant, or how it changes.
func forecastLoad(f aurea.Forecast) string {
	unit := "jobs a second"
	if f.Model == aurea.Closed {
		unit = "in flight"
	}
	lowest, highest := loadRange(f)
	if lowest == highest {
		return format.Count(highest) + " " + unit
	}
	return fmt.Sprintf("%s to %s %s", format.Count(lowest), format.Count(highest), unit)
}
