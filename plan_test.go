package aurea

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plans draws plans of every size, also shards.
func plans() *rapid.Generator[Plan] {
	return rapid.Custom(func(t *rapid.T) Plan {
		spec := Spec{
			NumJobs: rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, 10_000),
				rapid.Just(int64(0))).Draw(t, "jobs"),
			Concurrency: rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, MaxJobs)).Draw(t, "concurrency"),
			Duration:    Duration(time.Second),
		}
		plan := NewPlan(spec, 1)
		if n := rapid.IntRange(1, 64).Draw(t, "cut"); rapid.Bool().Draw(t, "is a shard") {
			plan = plan.Shard(rapid.IntRange(0, n-1).Draw(t, "part"), n)
		}
		return plan
	})
}

// Law: the shards of a plan, or of a shard, have each job exactly once and the
// concurrency of the plan. No shard has jobs without concurrency.
func TestShardsPartitionThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans().Draw(t, "plan")
		n := rapid.IntRange(1, 64).Draw(t, "shards")
		seen := map[int64]bool{}
		var jobs, concurrency int64
		for i := range n {
			shard := plan.Shard(i, n)
			if (shard.Jobs == 0) != (shard.Concurrency == 0) || shard.Jobs < 0 || shard.Stride < 1 {
				t.Fatalf("shard %d has %d jobs, concurrency %d, stride %d",
					i, shard.Jobs, shard.Concurrency, shard.Stride)
			}
			// For a plan that only time ends, check the first 10,000 of each shard.
			for j := range min(shard.Jobs, 10_000) {
				number := shard.Job(j)
				if k := (number - plan.First) / plan.Stride; k < 0 || k >= plan.Jobs || plan.Job(k) != number {
					t.Fatalf("shard %d has job %d, which is not in the plan", i, number)
				}
				if seen[number] {
					t.Fatalf("shard %d has job %d, which another shard has too", i, number)
				}
				seen[number] = true
			}
			jobs, concurrency = jobs+shard.Jobs, concurrency+shard.Concurrency
		}
		if plan.Jobs != Unbounded && (jobs != plan.Jobs || int64(len(seen)) != plan.Jobs) {
			t.Fatalf("the shards have %d jobs, the plan has %d", jobs, plan.Jobs)
		}
		for i := range min(plan.Jobs, 10_000) {
			if !seen[plan.Job(i)] {
				t.Fatalf("job %d is in no shard", plan.Job(i))
			}
		}
		if concurrency != plan.Concurrency {
			t.Fatalf("the shards have a concurrency of %d, the plan of %d", concurrency, plan.Concurrency)
		}
	})
}

// Law: the jobs and the concurrency of shards that have any differ by one at most.
// Only the last shards have none.
func TestShardsAreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans().Draw(t, "plan")
		n := rapid.IntRange(1, 64).Draw(t, "shards")
		first, last := plan.Shard(0, n), plan.Shard(n-1, n)
		for i := range n - 1 {
			a, b := plan.Shard(i, n), plan.Shard(i+1, n)
			if a.Concurrency < b.Concurrency || a.Jobs < b.Jobs {
				t.Fatalf("shard %d is smaller than the next: %+v, %+v", i, a, b)
			}
		}
		if last.Jobs > 0 && (first.Jobs-last.Jobs > 1 || first.Concurrency-last.Concurrency > 1) {
			t.Fatalf("the first shard has %d jobs and concurrency %d; the last has %d and %d",
				first.Jobs, first.Concurrency, last.Jobs, last.Concurrency)
		}
	})
}

func TestShardKeepsTheRest(t *testing.T) {
	plan := NewPlan(Spec{NumJobs: 10, Concurrency: 4, Timeout: 5}, 9)
	for _, test := range []struct {
		i, n                            int
		first, stride, jobs, concurrent int64
	}{
		{0, 1, 0, 1, 10, 4},
		{0, 3, 0, 3, 4, 2},
		{1, 3, 1, 3, 3, 1},
		{2, 3, 2, 3, 3, 1},
		{3, 8, 3, 4, 2, 1},
		{4, 8, 0, 1, 0, 0},
	} {
		want := plan
		want.First, want.Stride, want.Jobs, want.Concurrency = test.first, test.stride, test.jobs, test.concurrent
		if diff := cmp.Diff(want, plan.Shard(test.i, test.n), specOptions); diff != "" {
			t.Errorf("shard %d of %d (-want +got):\n%s", test.i, test.n, diff)
		}
	}
}

// Every row is a spec and its plan, without the spec itself, workload and stride.
func TestNewPlanResolvesTheSpec(t *testing.T) {
	for _, test := range []struct {
		document string
		want     Plan
	}{
		{`{"num_jobs": 5}`, Plan{Seed: 7, Jobs: 5, Concurrency: 5, End: Forever, KeepJobs: true}},
		{`{"num_jobs": 5, "concurrency": 2, "seed": 0, "include_jobs": false}`,
			Plan{Seed: 0, Jobs: 5, Concurrency: 2, End: Forever}},
		{`{"num_jobs": 5, "concurrency": 9, "seed": 18446744073709551615}`,
			Plan{Seed: 1<<64 - 1, Jobs: 5, Concurrency: 5, End: Forever, KeepJobs: true}},
		{`{"duration": "3s", "concurrency": 10}`,
			Plan{Seed: 7, Jobs: Unbounded, Concurrency: 10, End: Duration(3 * time.Second), KeepJobs: true}},
		{`{"duration": "3s", "rate": 10}`, Plan{Seed: 7, Jobs: Unbounded, Concurrency: MaxJobs, Rate: Constant(10),
			End: Duration(3 * time.Second), KeepJobs: true}},
		{`{"num_jobs": 8, "rate": 10, "concurrency": 3}`,
			Plan{Seed: 7, Jobs: 8, Concurrency: 3, Rate: Constant(10), End: Forever, KeepJobs: true}},
		{`{"stages": [{"duration": "2s", "rate": 10}, {"duration": "500ms", "rate": 0}]}`,
			Plan{Seed: 7, Jobs: Unbounded, Concurrency: MaxJobs, Rate: Profile{{0, 10, 2}, {10, 0, 0.5}},
				End: Duration(2500 * time.Millisecond), KeepJobs: true}},
		{`{"rate": 4, "num_jobs": 3, "duration": "1s", "stages": [{"duration": "2s", "rate": 10}]}`,
			Plan{Seed: 7, Jobs: 3, Concurrency: 3, Rate: Profile{{4, 10, 2}}, End: Duration(time.Second),
				KeepJobs: true}},
		{`{"concurrency": 9, "stages": [{"duration": "2s", "concurrency": 4}]}`,
			Plan{Seed: 7, Jobs: Unbounded, Concurrency: 9, Level: Profile{{9, 4, 2}}, End: Duration(2 * time.Second),
				KeepJobs: true}},
	} {
		spec, err := DecodeSpec([]byte(test.document))
		if err != nil {
			t.Fatal(err)
		}
		test.want.Spec, test.want.Workload, test.want.Stride = spec, spec.ResolvedWorkload(), 1
		got := NewPlan(spec, 7)
		if diff := cmp.Diff(test.want, got, specOptions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.document, diff)
		}
		if got.Open() != (test.want.Rate != nil) {
			t.Errorf("%s: open is %v", test.document, got.Open())
		}
	}
}

// Law: the JSON of a plan decodes to the plan.
func TestPlansSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := NewPlan(specs().Draw(t, "spec"), rapid.Uint64().Draw(t, "seed"))
		plan := whole.Shard(rapid.IntRange(0, 2).Draw(t, "part"), 3)
		encoded, err := json.Marshal(plan)
		if err != nil {
			t.Fatal(err)
		}
		var decoded Plan
		err = json.Unmarshal(encoded, &decoded)
		if diff := cmp.Diff(plan, decoded, specOptions); err != nil || diff != "" {
			t.Fatalf("%s: %v (-want +got):\n%s", encoded, err, diff)
		}
	})
}

// specOf decodes a valid spec.
func specOf(t *testing.T, document string) Spec {
	t.Helper()
	spec, err := DecodeSpec([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// A load may ramp down to 0: all jobs under the ramp are started.
func TestRampsDownToZero(t *testing.T) {
	for document, want := range map[string]int64{
		`{"rate": 100, "stages": [{"duration": "2s", "rate": 0}]}`:                                100,
		`{"rate": 100, "stages": [{"duration": "1s", "rate": 0}, {"duration": "1s", "rate": 0}]}`: 50,
		`{"rate": 10, "stages": [{"duration": "1s", "rate": 0}, {"duration": "2s", "rate": 10}]}`: 15,
		`{"rate": 100, "num_jobs": 30, "stages": [{"duration": "2s", "rate": 0}]}`:                30,
	} {
		schedule := NewSchedule(NewPlan(specOf(t, document), 1))
		if got := schedule.DueBefore(time.Hour); got != want {
			t.Errorf("%s starts %d jobs, want %d", document, got, want)
		}
	}
	plan := NewPlan(specOf(t, `{"concurrency": 10, "stages": [{"duration": "2s", "concurrency": 0}]}`), 1)
	var levels []int64
	for _, second := range []float64{0, 0.2, 1, 1.8, 1.9, 2} {
		levels = append(levels, plan.LevelAt(second))
	}
	if diff := cmp.Diff([]int64{10, 9, 5, 1, 0, 0}, levels); diff != "" {
		t.Errorf("in flight (-want +got):\n%s", diff)
	}
}

// The shorter of duration and stages ends the run, as the field's doc says.
func TestDurationBesideStages(t *testing.T) {
	plan := NewPlan(specOf(t, `{"duration": "1s", "stages": [{"duration": "4s", "rate": 100}]}`), 1)
	if plan.End != Duration(time.Second) {
		t.Errorf("it ends after %v", plan.End)
	}
	for _, p := range SpecParameters() {
		const want = "start no more jobs after this; beside num_jobs or stages, whichever ends first"
		if p.Name == "duration" && p.Doc != want {
			t.Errorf("duration is %q, want %q", p.Doc, want)
		}
	}
}
