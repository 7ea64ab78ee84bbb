package aurea

import (
	"math"
	"time"
)

// A Forecast is what a plan would do, as far as it is known before it is
// executed. Times are in seconds since the run began.
type Forecast struct {
	Workload string `json:"workload" doc:"the kind of job"`
	Model    Model  `json:"model" doc:"open: jobs start at a rate; closed: a job starts when another ends"`
	// PlannedJobs is nil if the run starts as many jobs as it can until
	// Duration.
	PlannedJobs *int64 `json:"planned_jobs" doc:"how many jobs start; null if as many as can be done in the duration"`
	// Approximate is whether PlannedJobs is the mean of what chance decides.
	Approximate bool `json:"approximate" doc:"whether planned_jobs is the mean of what chance decides"`
	// Duration is nil if the run starts jobs until PlannedJobs have ended.
	Duration    *float64 `json:"duration" doc:"for how many seconds jobs start; null if until planned_jobs have ended"`
	Warmup      float64  `json:"warmup" doc:"seconds at the beginning that are not judged"`
	Concurrency int64    `json:"concurrency" doc:"most jobs in flight"`
	// Load is the rate of an open model, or the jobs in flight of a closed one.
	// It is linear between two points. Two points at one time are a step.
	Load []LoadPoint `json:"load" doc:"the load over time, linear between two points; empty with scenarios"`
	// Scenarios are what the scenarios would do, each on a clock of its own. Then the
	// fields above are sums, or null if some scenario has none.
	Scenarios []ScenarioForecast `json:"scenarios,omitempty" doc:"what each scenario would do"`
}

// A ScenarioForecast is what one scenario would do. Its fields are those of a
// Forecast, but for Start, which is nil for a scenario that follows another one.
type ScenarioForecast struct {
	Name        string      `json:"name"`
	Start       *float64    `json:"start" doc:"seconds since the run began; null if after the scenario before it"`
	Workload    string      `json:"workload"`
	Model       Model       `json:"model"`
	PlannedJobs *int64      `json:"planned_jobs"`
	Approximate bool        `json:"approximate"`
	Duration    *float64    `json:"duration"`
	Warmup      float64     `json:"warmup"`
	Concurrency int64       `json:"concurrency"`
	Load        []LoadPoint `json:"load"`
}

// A LoadPoint is the load at a moment. It has exactly one of Rate and
// Concurrency.
type LoadPoint struct {
	T           float64  `json:"t" doc:"seconds since the run began"`
	Rate        *float64 `json:"rate,omitempty" doc:"jobs a second, of the open model"`
	Concurrency *float64 `json:"concurrency,omitempty" doc:"jobs in flight, of the closed model"`
}

// Forecast returns what the plan, which is a whole one, would do. It takes no
// longer for a plan of more jobs.
func (p Plan) Forecast() Forecast {
	if len(p.Scenarios) > 0 {
		return p.forecastScenarios()
	}
	f := Forecast{
		Workload:    p.Workload.Kind,
		Model:       Closed,
		Warmup:      p.Spec.Warmup.Seconds(),
		Concurrency: p.Concurrency,
	}
	if jobs := p.Jobs; jobs != Unbounded {
		f.PlannedJobs = &jobs
	}
	if p.End != Forever {
		end := p.End.Seconds()
		f.Duration = &end
	}
	profile := p.Level
	switch {
	case p.Open():
		f.Model = Open
		profile = p.Rate
		p.forecastOpen(&f)
	case profile == nil:
		profile = Constant(float64(p.Concurrency))
	}
	f.Load = profile.points(f.Duration, p.Open())
	return f
}

// forecastScenarios adds up what the scenarios would do. One that follows another
// starts, for lack of better, when that starts no more jobs.
func (p Plan) forecastScenarios() Forecast {
	f := Forecast{
		Workload: p.Workload.Kind, Concurrency: p.Concurrency, Load: []LoadPoint{}, PlannedJobs: new(int64),
		Duration: new(float64),
	}
	var end *float64 // of the scenario before
	for i, plan := range p.Scenarios {
		one := plan.Forecast()
		start := p.Spec.Scenarios[i].startSeconds(i)
		f.Scenarios = append(f.Scenarios, ScenarioForecast{
			Name: plan.Spec.Name, Start: start, Workload: one.Workload, Model: one.Model, PlannedJobs: one.PlannedJobs,
			Approximate: one.Approximate, Duration: one.Duration, Warmup: one.Warmup, Concurrency: one.Concurrency,
			Load: one.Load,
		})
		f.PlannedJobs = sumOf(f.PlannedJobs, one.PlannedJobs)
		f.Approximate = f.Approximate || one.Approximate
		if start == nil {
			start = end
		}
		if end = sumOf(start, one.Duration); end == nil || f.Duration == nil {
			f.Duration = nil
		} else {
			longest := max(*f.Duration, *end)
			f.Duration = &longest
		}
	}
	f.Model = f.Scenarios[0].Model
	for _, scenario := range f.Scenarios {
		if scenario.Model != f.Scenarios[0].Model {
			f.Model = Mixed
		}
	}
	return f
}

// startSeconds returns when the i-th scenario starts; nil if another one decides.
func (s Scenario) startSeconds(i int) *float64 {
	start := new(float64)
	switch {
	case s.Start != nil:
		*start = s.Start.Seconds()
	case i > 0:
		return nil
	}
	return start
}

// sumOf adds two numbers; nil if one of them is.
func sumOf[T int64 | float64](a, b *T) *T {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// forecastOpen completes the forecast of an open plan: its rate decides how
// many jobs start until its end, and when its last one does.
func (p Plan) forecastOpen(f *Forecast) {
	if p.End != Forever {
		due := p.dueInAll()
		f.Approximate = p.Spec.Arrival == "poisson" && due < p.Jobs
		f.PlannedJobs = &due
	}
	last := p.Rate.InverseArea(float64(*f.PlannedJobs))
	if f.Duration == nil || *f.PlannedJobs == p.Jobs && last < *f.Duration {
		f.Duration = &last
	}
}

// dueInAll returns how many jobs of an open plan are due before its end, or the
// mean of that number for Poisson arrivals.
func (p Plan) dueInAll() int64 {
	if p.Spec.Arrival != "poisson" {
		return NewSchedule(p).DueBefore(time.Duration(p.End))
	}
	return min(int64(math.Round(p.Rate.Area(p.End.Seconds()))), p.Jobs)
}

// points returns the corners of the profile up to a duration; nil is forever,
// and then the last level has one point.
func (p Profile) points(duration *float64, open bool) []LoadPoint {
	end := math.Inf(1)
	if duration != nil {
		end = *duration
	}
	var points []LoadPoint
	add := func(t, level float64) {
		point := LoadPoint{T: t, Concurrency: &level}
		if open {
			point = LoadPoint{T: t, Rate: &level}
		}
		points = append(points, point)
	}
	var t, before float64
	for i, ramp := range p {
		if i > 0 && t >= end {
			break
		}
		if i == 0 || ramp.From != before {
			add(t, ramp.From)
		}
		length := min(ramp.length(), end-t)
		if before = ramp.levelAfter(length); math.IsInf(length, 1) {
			break
		}
		t += length
		add(t, before)
	}
	return points
}

// levelAfter returns the level after a time, which is exact at the end of the
// ramp, give or take a nanosecond.
func (r Ramp) levelAfter(t float64) float64 {
	if r.length()-t < 1e-9 {
		return r.To
	}
	return r.From + r.slope()*t
}
