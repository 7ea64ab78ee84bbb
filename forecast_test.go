package aurea

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The forecast of each form of load.
func TestForecast(t *testing.T) {
	for spec, want := range map[string]string{
		`{"num_jobs": 100}`: `{"workload":"sleep","model":"closed","planned_jobs":100,"approximate":false,"duration":null,
			"warmup":0,"concurrency":100,"load":[{"t":0,"concurrency":100}]}`,
		`{"duration": "10s", "concurrency": 5, "warmup": "2s", "workload": {"kind": "noop"}}`: `{"workload":"noop",
			"model":"closed","planned_jobs":null,"approximate":false,"duration":10,"warmup":2,"concurrency":5,
			"load":[{"t":0,"concurrency":5},{"t":10,"concurrency":5}]}`,
		`{"num_jobs": 50, "rate": 10}`: `{"workload":"sleep","model":"open","planned_jobs":50,"approximate":false,
			"duration":5,"warmup":0,"concurrency":50,"load":[{"t":0,"rate":10},{"t":5,"rate":10}]}`,
		`{"num_jobs": 50, "rate": 10, "duration": "2s", "concurrency": 7}`: `{"workload":"sleep","model":"open",
			"planned_jobs":20,"approximate":false,"duration":2,"warmup":0,"concurrency":7,
			"load":[{"t":0,"rate":10},{"t":2,"rate":10}]}`,
		`{"rate": 10, "arrival": "poisson", "duration": "2s", "concurrency": 1}`: `{"workload":"sleep","model":"open",
			"planned_jobs":20,"approximate":true,"duration":2,"warmup":0,"concurrency":1,
			"load":[{"t":0,"rate":10},{"t":2,"rate":10}]}`,
		`{"stages": [{"duration": "10s", "rate": 10}, {"duration": "5s", "rate": 10}, {"duration": "10s", "rate": 0}],
			"concurrency": 9}`: `{"workload":"sleep","model":"open","planned_jobs":150,"approximate":false,"duration":25,
			"warmup":0,"concurrency":9,"load":[{"t":0,"rate":0},{"t":10,"rate":10},{"t":15,"rate":10},{"t":25,"rate":0}]}`,
		`{"stages": [{"duration": "200ms", "rate": 100}, {"duration": "300ms", "rate": 50},
			{"duration": "100ms", "rate": 0}], "concurrency": 9}`: `{"workload":"sleep","model":"open",
			"planned_jobs":35,"approximate":false,"duration":0.6,"warmup":0,"concurrency":9,
			"load":[{"t":0,"rate":0},{"t":0.2,"rate":100},{"t":0.5,"rate":50},{"t":0.6,"rate":0}]}`,
		`{"concurrency": 4, "stages": [{"duration": "2s", "concurrency": 8}], "duration": "1s"}`: `{"workload":"sleep",
			"model":"closed","planned_jobs":null,"approximate":false,"duration":1,"warmup":0,"concurrency":8,
			"load":[{"t":0,"concurrency":4},{"t":1,"concurrency":6}]}`,
	} {
		decoded, err := DecodeSpec([]byte(spec))
		if err != nil {
			t.Fatal(err)
		}
		var wanted Forecast
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, NewPlan(decoded, 1).Forecast()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", spec, diff)
		}
	}
}

// Law: as many jobs are planned as the schedule starts, and the area under the
// load is that number, to one job at each end.
func TestForecastAgreesWithSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stages []Stage
		for range rapid.IntRange(1, 4).Draw(t, "stages") {
			rate := rapid.Float64Range(0, 50).Draw(t, "rate")
			length := durationsOf(time.Millisecond, 5*time.Second).Draw(t, "duration")
			stages = append(stages, Stage{Duration: length, Rate: &rate})
		}
		plan := NewPlan(Spec{
			Stages: stages, Rate: rapid.Float64Range(1, 50).Draw(t, "first rate"),
			NumJobs: rapid.Int64Range(0, 100).Draw(t, "jobs"),
		}, 1)
		f := plan.Forecast()
		var started int64
		for s := NewSchedule(plan); started < plan.Jobs && s.Start(started) < time.Duration(plan.End); {
			started++
		}
		if *f.PlannedJobs != started {
			t.Fatalf("%d jobs are planned, and %d start", *f.PlannedJobs, started)
		}
		var area float64
		for i, to := range f.Load[1:] {
			area += (to.T - f.Load[i].T) * (*to.Rate + *f.Load[i].Rate) / 2
		}
		if math.Abs(area-float64(started)) > 1.001 {
			t.Fatalf("the area under the load is %v, and %d jobs start", area, started)
		}
		if last := f.Load[len(f.Load)-1].T; math.Abs(last-*f.Duration) > 1e-9 {
			t.Fatalf("the load ends at %v s, and the run at %v s", last, *f.Duration)
		}
	})
}
