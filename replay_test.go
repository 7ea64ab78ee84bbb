package aurea

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// recordings draws moments with bursts, silences and gaps of all sizes.
func recordings() *rapid.Generator[[]float64] {
	gap := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1e-6), rapid.Float64Range(0, 1), rapid.Just(3600.0))
	return rapid.Custom(func(t *rapid.T) []float64 {
		var moments []float64
		at := 0.0
		for _, g := range rapid.SliceOfN(gap, 1, 400).Draw(t, "gaps") {
			at += g
			moments = append(moments, at)
		}
		return moments
	})
}

func replayPlan(t interface{ Fatal(...any) }, moments []float64) Plan {
	plan := planOf(t, `{"data": {"file": "a.csv", "order": "once"}, "replay": {}}`)
	return plan.Replayed(slices.Clone(moments))
}

// Law: each job of a replay starts at its moment, within a microsecond, in every
// shard; as many jobs are due before a time as start before it; and the rate
// integrates to the jobs.
func TestReplayStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moments := recordings().Draw(t, "moments")
		plan := replayPlan(t, moments)
		n := int64(len(moments))
		if plan.Jobs != n {
			t.Fatalf("%d jobs for %d moments", plan.Jobs, n)
		}
		got := starts(plan, n)
		for i, moment := range moments {
			if diff := got[i].Seconds() - moment; math.Abs(diff) > 1e-6 {
				t.Fatalf("job %d starts %v s from its moment %v", i, diff, moment)
			}
		}
		if !slices.IsSorted(got) {
			t.Fatalf("starts go back: %v", got)
		}
		at := time.Duration(rapid.Float64Range(0, moments[n-1]+1).Draw(t, "at") * 1e9)
		before := int64(0)
		for _, start := range got {
			if start < at {
				before++
			}
		}
		if due := NewSchedule(plan).DueBefore(at); due != before {
			t.Fatalf("%d jobs are due before %v, want %d", due, at, before)
		}
		if end := NewSchedule(plan).Start(n); end < got[n-1] {
			t.Fatalf("the replay ends at %v, before its last job at %v", end, got[n-1])
		}
		if area := plan.Rate.Area(endOf(moments)); math.Abs(area-float64(n)) > 1e-6*float64(n) {
			t.Fatalf("the rate integrates to %v for %d jobs", area, n)
		}
		plan.Concurrency = 3
		for _, shard := range plan.Shards([]int{1, 2}) {
			for i, start := range starts(shard, shard.Jobs) {
				if job := shard.Job(int64(i)); start != got[job] {
					t.Fatalf("job %d of the plan starts at %v in a shard, want %v", job, start, got[job])
				}
			}
		}
	})
}

// A replay ends with num_jobs, the rows or the duration, whichever is first.
func TestReplayForecast(t *testing.T) {
	moments := []float64{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 17, 27, 37, 47, 57}
	for spec, want := range map[string]struct {
		jobs     int64
		duration float64
	}{
		`{%s}`:                      {20, 60},
		`{%s, "num_jobs": 5}`:       {5, 2.5},
		`{%s, "duration": "10s"}`:   {15, 10},
		`{%s, "num_jobs": 1000000}`: {20, 60},
	} {
		spec = spec[:1] + `"data": {"file": "a.csv", "order": "once"}, "replay": {}` + spec[len(`{%s`):]
		plan := planOf(t, spec)
		kept := moments[:min(int64(len(moments)), plan.Jobs)]
		forecast := plan.Replayed(slices.Clone(kept)).Forecast()
		if got := *forecast.PlannedJobs; got != want.jobs {
			t.Errorf("%s: %d jobs, want %d", spec, got, want.jobs)
		}
		if got := *forecast.Duration; math.Abs(got-want.duration) > 1e-9 {
			t.Errorf("%s: takes %v s, want %v", spec, got, want.duration)
		}
		if forecast.Model != Open || forecast.Approximate {
			t.Errorf("%s: the model is %s, approximate %v", spec, forecast.Model, forecast.Approximate)
		}
	}
	// 2/s for the burst, and then 0.1/s and a little.
	forecast := replayPlan(t, moments).Forecast()
	var rates []float64
	for _, point := range forecast.Load {
		rates = append(rates, *point.Rate)
	}
	want := []float64{2, 2, 10.0 / 55, 10.0 / 55}
	if diff := cmp.Diff(want, rates, cmp.Comparer(near)); diff != "" {
		t.Errorf("rates of the forecast (-want +got):\n%s", diff)
	}
}

// A change of the rate takes effect from its moment on, and jobs keep their order.
func TestReplayAtAnotherRate(t *testing.T) {
	moments := make([]float64, 100)
	for i := range moments {
		moments[i] = float64(i) // 1/s
	}
	live := NewLivePlan(replayPlan(t, moments))
	live, _, err := live.Apply(Control{Kind: ChangeLoad, Rate: 10}, 50*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	schedule := NewSchedule(live.Plan)
	for job, want := range map[int64]time.Duration{40: 40 * time.Second, 60: 51 * time.Second, 90: 54 * time.Second} {
		if got := schedule.Start(job); (got - want).Abs() > time.Microsecond {
			t.Errorf("job %d starts at %v, want %v", job, got, want)
		}
	}
}

// The forms of a replay, and what is wrong with others.
func TestReplayForms(t *testing.T) {
	const data = `"data": {"file": "a.csv", "order": "once"}`
	for text, want := range map[string]Replay{
		`{}`:                                 {"at", 1},
		`{"speed": 2}`:                       {"at", 2},
		`{"speed": "2x"}`:                    {"at", 2},
		`{"speed": "0.5x", "column": "t"}`:   {"t", 0.5},
		`{"column": "t 1", "speed": "10 x"}`: {"t 1", 10},
	} {
		spec, err := DecodeSpec([]byte(`{` + data + `, "replay": ` + text + `}`))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, *spec.Replay); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		encoded, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeSpec(encoded)
		if err != nil {
			t.Errorf("%s: %v", encoded, err)
			continue
		}
		if diff := cmp.Diff(want, *again.Replay); diff != "" {
			t.Errorf("%s, encoded and decoded (-want +got):\n%s", text, diff)
		}
		var alone Replay
		if encoded, err = json.Marshal(want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &alone); err != nil || alone != want {
			t.Errorf("%s is decoded as %v with the error %v", encoded, alone, err)
		}
	}
	const factor = "must be a factor from 0.001x to 1000x, such as 2x or 0.5x; got "
	const needs = "needs data with order: once, since each row has one moment: its file, and the moments in a column"
	for text, want := range map[string]FieldError{
		`{` + data + `, "replay": {"speed": "fast"}}`: {Location: "replay.speed", Message: factor + `"fast"`},
		`{` + data + `, "replay": {"speed": "2"}}`:    {Location: "replay.speed", Message: factor + `"2"`},
		`{` + data + `, "replay": {"speed": "NaNx"}}`: {Location: "replay.speed", Message: factor + `"NaNx"`},
		`{` + data + `, "replay": {"speed": "0x"}}`:   {Location: "replay.speed", Message: factor + `"0x"`},
		`{"replay": {}}`: {Location: "replay", Message: needs},
		`{"replay": {}, "data": {"file": "a.csv"}}`: {Location: "replay", Message: needs},
		`{` + data + `, "replay": {}, "rate": 5}`: {Location: "replay",
			Message: "cannot be combined with rate or stages, since jobs start at recorded moments; " +
				"its speed changes the load"},
		`{` + data + `, "replay": {}, "arrival": "poisson"}`: {Location: "arrival",
			Message: "cannot be combined with replay, whose jobs arrive at recorded moments; leave it out"},
	} {
		_, err := DecodeSpec([]byte(text))
		invalid, ok := err.(*InvalidError) //nolint:errorlint // it is that very error
		if !ok {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff([]FieldError{want}, invalid.Fields); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// What a job of a replay costs to schedule, beside one of a constant rate.
func BenchmarkReplaySchedule(b *testing.B) {
	recorded := make([]float64, 1_000_000)
	for i := range recorded {
		recorded[i] = float64(i) + math.Sin(float64(i))/2
	}
	replayed := replayPlan(b, append([]float64{0}, recorded[1:]...))
	constant := planOf(b, `{"rate": 1, "num_jobs": 1000000}`)
	for name, plan := range map[string]Plan{"constant": constant, "replay": replayed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var schedule *Schedule
			i := int64(0)
			for b.Loop() {
				if i%plan.Jobs == 0 {
					schedule, i = NewSchedule(plan), 0
				}
				schedule.Start(i)
				i++
			}
		})
	}
}
