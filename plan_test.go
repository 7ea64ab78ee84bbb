package aurea

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// weights draws the weights of shards.
func weights() *rapid.Generator[[]int] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(1, 64), EqualWeights),
		rapid.SliceOfN(rapid.IntRange(1, 4), 1, 12),
		rapid.SliceOfN(rapid.IntRange(1, 128), 1, 9),
	)
}

// shardOf returns the plan, a shard of it or a shard of a shard.
func shardOf(t *rapid.T, plan Plan) Plan {
	for range rapid.IntRange(0, 2).Draw(t, "cuts") {
		w := weights().Draw(t, "cut")
		plan = plan.Shard(rapid.IntRange(0, len(w)-1).Draw(t, "part"), w)
	}
	return plan
}

// plans draws plans of every size, also shards.
func plans() *rapid.Generator[Plan] {
	return rapid.Custom(func(t *rapid.T) Plan {
		return shardOf(t, NewPlan(Spec{
			NumJobs: rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, 10_000),
				rapid.Just(int64(0))).Draw(t, "jobs"),
			Concurrency: rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, MaxJobs)).Draw(t, "concurrency"),
			Duration:    Duration(time.Second),
		}, 1))
	})
}

// Law: the shards of a plan, or of a shard, have each job exactly once and the
// concurrency of the plan. No shard has jobs without concurrency.
func TestShardsPartitionThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans().Draw(t, "plan")
		seen := map[int64]bool{}
		var jobs, concurrency int64
		for i, shard := range plan.Shards(weights().Draw(t, "weights")) {
			if (shard.Jobs == 0) != (shard.Concurrency == 0) {
				t.Fatalf("shard %d has %d jobs and concurrency %d", i, shard.Jobs, shard.Concurrency)
			}
			// For a plan that only time ends, check the first 10,000 of each shard.
			for j := range min(shard.Jobs, 10_000) {
				number := shard.Job(j)
				if k := plan.Deal.JobsBelow(number); k >= plan.Jobs || plan.Job(k) != number {
					t.Fatalf("shard %d has job %d, which is not in the plan", i, number)
				}
				if seen[number] {
					t.Fatalf("shard %d has job %d, which another shard has too", i, number)
				}
				seen[number] = true
			}
			jobs, concurrency = jobs+shard.Jobs, concurrency+shard.Concurrency
		}
		if plan.Jobs != Unbounded && jobs != plan.Jobs {
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

// Law: shards that are made one by one are those made at once.
func TestShardIsOneOfShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan, w := plans().Draw(t, "plan"), weights().Draw(t, "weights")
		for i, want := range plan.Shards(w) {
			if diff := cmp.Diff(want, plan.Shard(i, w), specOptions); diff != "" {
				t.Fatalf("shard %d (-of all +alone):\n%s", i, diff)
			}
		}
	})
}

// Law: of any first jobs of the plan a shard has its share of the slots, within
// less than 2.
func TestShardsAdvanceTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := NewPlan(Spec{NumJobs: MaxJobs, Concurrency: rapid.Int64Range(1, 300).Draw(t, "concurrency")}, 1)
		first := rapid.Int64Range(0, 10_000).Draw(t, "first jobs")
		for i, shard := range plan.Shards(weights().Draw(t, "weights")) {
			got, share := shard.Deal.JobsBelow(first), float64(shard.Concurrency)/float64(plan.Concurrency)
			if math.Abs(float64(got)-share*float64(first)) >= 2 {
				t.Fatalf("shard %d has %d of the first %d jobs, and the share %v of the slots", i, got, first, share)
			}
		}
	})
}

func TestShardKeepsTheRest(t *testing.T) {
	plan := NewPlan(Spec{NumJobs: 10, Concurrency: 4, Timeout: 5}, 9)
	for _, test := range []struct {
		i                int
		weights          []int
		jobs, concurrent int64
		deal             Deal
	}{
		{0, []int{1}, 10, 4, Deal{4, 4, []Cycle{{1, []int64{0}}}}},
		{0, []int{8, 8, 8}, 5, 2, Deal{4, 2, []Cycle{{3, []int64{0}}}}},
		{1, []int{1, 1, 1}, 3, 1, Deal{4, 1, []Cycle{{3, []int64{1}}}}},
		{0, []int{8, 4}, 7, 3, Deal{4, 3, []Cycle{{3, []int64{0, 2}}}}},
		{1, []int{8, 4}, 3, 1, Deal{4, 1, []Cycle{{3, []int64{1}}}}},
		{3, EqualWeights(8), 2, 1, Deal{4, 1, []Cycle{{8, []int64{3}}}}},
		{4, EqualWeights(8), 0, 0, Deal{4, 0, []Cycle{{8, []int64{4}}}}},
	} {
		want := plan
		want.Deal, want.Jobs, want.Concurrency = test.deal, test.jobs, test.concurrent
		if diff := cmp.Diff(want, plan.Shard(test.i, test.weights), specOptions); diff != "" {
			t.Errorf("shard %d of %v (-want +got):\n%s", test.i, test.weights, diff)
		}
	}
}

// Poisson arrivals above 5,000,000 a second are for one worker.
func TestDivisible(t *testing.T) {
	for _, test := range []struct {
		document string
		n        int
		want     string
	}{
		{`{"num_jobs": 5}`, 100, ""},
		{`{"rate": 100000000, "num_jobs": 5}`, 2, ""},
		{`{"rate": 5000000, "num_jobs": 5, "arrival": "poisson"}`, 2, ""},
		{`{"rate": 6000000, "num_jobs": 5, "arrival": "poisson"}`, 1, ""},
		{`{"arrival": "poisson", "stages": [{"duration": "1s", "rate": 6000000}]}`, 3,
			"arrival: poisson arrivals cannot be divided among 3 workers above 5000000 jobs a second, because each " +
				"worker computes all of them; got 6000000; use constant arrivals, a lower rate or one worker"},
	} {
		got := ""
		if err := planOf(t, test.document).Divisible(test.n); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s among %d: %q, want %q", test.document, test.n, got, test.want)
		}
	}
}

// Every row is a spec and its plan, without the spec itself and the workload.
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
		test.want.Spec, test.want.Workload = spec, spec.ResolvedWorkload()
		got := NewPlan(spec, 7)
		if diff := cmp.Diff(test.want, got, specOptions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.document, diff)
		}
		if got.Open() != (test.want.Rate != nil) {
			t.Errorf("%s: open is %v", test.document, got.Open())
		}
	}
}

// Law: the JSON of a plan decodes to the plan, also where unknown fields are
// errors. The plan may be a shard.
func TestPlansSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := shardOf(t, NewPlan(specs().Draw(t, "spec"), rapid.Uint64().Draw(t, "seed")))
		encoded, err := json.Marshal(plan)
		if err != nil {
			t.Fatal(err)
		}
		var decoded Plan
		decoder := json.NewDecoder(bytes.NewReader(encoded))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&decoded); err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		if diff := cmp.Diff(plan, decoded, specOptions); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", encoded, diff)
		}
		if err := decoded.Deal.Check(); err != nil {
			t.Fatalf("%s: %v", encoded, err)
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
