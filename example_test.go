package aurea_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// DecodeSpec checks a spec, and NewPlan resolves it: defaults are filled in and
// the seed is set.
func ExampleNewPlan() {
	spec, err := aurea.DecodeSpec([]byte(`{"rate": 50, "duration": "10s", "seed": 7}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := aurea.NewPlan(spec, 1) // the second argument is the seed of a spec without one
	fmt.Println("open model:", plan.Open())
	fmt.Println("seed:", plan.Seed)
	fmt.Println("kind of job:", plan.Workload.Kind)
	fmt.Println("jobs due in 2 s:", aurea.NewSchedule(plan).DueBefore(2*time.Second))
	// Output:
	// open model: true
	// seed: 7
	// kind of job: sleep
	// jobs due in 2 s: 100
}

// The error names every wrong field, and the one that was probably meant.
func ExampleDecodeSpec_invalid() {
	_, err := aurea.DecodeSpec([]byte(`{"num_jobs": 0, "concurency": 4}`))
	var invalid *aurea.InvalidError
	if errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			fmt.Println(field.Location + ": " + field.Message)
		}
	}
	// Output:
	// concurency: is not a field; did you mean concurrency?
	// num_jobs: must be an integer from 1 to 10000000; got 0
}

// A threshold is a rule that a result satisfies or not.
func ExampleThreshold_Check() {
	threshold, err := aurea.ParseThreshold("error_rate < 1%")
	if err != nil {
		fmt.Println(err)
		return
	}
	result := &aurea.Result{Counts: aurea.Counts{Planned: 1000, OK: 985, Failed: 15}}
	check := threshold.Check(result, aurea.Samples{})
	fmt.Println(check.Value, check.OK)
	// Output:
	// 0.015 false
}

// The shards of a plan have exactly its jobs: those of the slots that they got.
func ExamplePlan_Shard() {
	spec := aurea.Spec{NumJobs: 7, Concurrency: 3}
	plan := aurea.NewPlan(spec, 1)
	for i := range 2 {
		shard := plan.Shard(i, aurea.EqualWeights(2))
		fmt.Printf("shard %d: %d in flight, jobs", i, shard.Concurrency)
		for job := range shard.Jobs {
			fmt.Print(" ", shard.Job(job))
		}
		fmt.Println()
	}
	// Output:
	// shard 0: 2 in flight, jobs 0 2 3 5 6
	// shard 1: 1 in flight, jobs 1 4
}

// Tallies of several machines are added up; percentiles are computed at the end.
func ExampleTally_Merge() {
	first, second := aurea.NewTally(), aurea.NewTally()
	first.End(aurea.OK, 0, 0, 20*time.Millisecond)
	second.End(aurea.OK, 0, 5*time.Millisecond, 25*time.Millisecond) // started 5 ms late
	second.End(aurea.Failed, 0, 0, time.Millisecond)

	first.Merge(second)
	fmt.Println(first.OK, "ok,", first.Failed, "failed")
	fmt.Println("latency:", first.Latency.Min(), "to", first.Latency.Max())
	fmt.Println("longest delay:", first.Delay.Max())
	// Output:
	// 2 ok, 1 failed
	// latency: 20ms to 25ms
	// longest delay: 5ms
}
