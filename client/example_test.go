package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/compare"
)

// Run a benchmark and read its result.
func Example() {
	c, err := client.New(serviceURL, "") // such as http://127.0.0.1:5000
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	milliseconds := 1.0
	spec := aurea.Spec{NumJobs: 100, Concurrency: 10, JobDurationMS: &milliseconds}
	run, err := c.Do(context.Background(), spec, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run.Status, run.Result.Counts.OK, "of", run.Result.NumJobs)
	fmt.Println("p50 <= p99:", run.Result.Latency.P50 <= run.Result.Latency.P99)
	// Output:
	// completed 100 of 100
	// p50 <= p99: true
}

// Submit with a key may be repeated, for example after a crash of the caller:
// the key still stands for the same run.
func ExampleClient_Submit() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx := context.Background()
	spec := aurea.Spec{NumJobs: 5, Workload: &aurea.Workload{Kind: "noop"}}
	first, err := c.Submit(ctx, spec, "nightly-2026-11-28")
	if err != nil {
		log.Fatal(err)
	}
	second, err := c.Submit(ctx, spec, "nightly-2026-11-28")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("same run:", first.ID == second.ID)

	run, err := c.Wait(ctx, first.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run.Status)
	// Output:
	// same run: true
	// completed
}

// A wrong spec is an aurea.InvalidError that names every wrong field.
func ExampleClient_Submit_invalid() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	_, err = c.Submit(context.Background(), aurea.Spec{NumJobs: -1}, "")
	var invalid *aurea.InvalidError
	if errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			fmt.Println(field.Location + ": " + field.Message)
		}
	}
	// Output:
	// num_jobs: must be an integer from 1 to 10000000; got -1
}

// Watch follows a run that was submitted elsewhere.
func ExampleClient_Watch() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx := context.Background()
	run, err := c.Submit(ctx, aurea.Spec{NumJobs: 20}, "")
	if err != nil {
		log.Fatal(err)
	}
	var last aurea.Run
	for update, err := range c.Watch(ctx, run.ID, 0) {
		if err != nil {
			log.Fatal(err)
		}
		switch update.Kind {
		case aurea.UpdateProgress:
			// update.Run.Progress has the counts and rates of the last
			// interval.
		case aurea.UpdateResult:
			last = update.Run
		}
	}
	fmt.Println(last.Status, last.Result.CompletedJobs)
	// Output:
	// completed 20
}

// Jobs streams one record a job.
func ExampleClient_Jobs() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx := context.Background()
	run, err := c.Do(ctx, aurea.Spec{NumJobs: 3, Workload: &aurea.Workload{Kind: "noop"}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for job, err := range c.Jobs(ctx, run.ID) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.Index, job.Outcome, job.End >= job.Start)
	}
	// Output:
	// 0 ok true
	// 1 ok true
	// 2 ok true
}

// Compare needs several runs of each version, best in alternation.
func ExampleClient_Compare() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx := context.Background()
	for range 4 {
		for name, duration := range map[string]float64{"old": 1, "new": 200} {
			spec := aurea.Spec{Name: name, NumJobs: 10, JobDurationMS: &duration}
			if _, err := c.Do(ctx, spec, nil); err != nil {
				log.Fatal(err)
			}
		}
	}
	options := compare.Options{Threshold: compare.DefaultThreshold}
	comparison, err := c.Compare(ctx, []string{"name:old"}, []string{"name:new"}, options)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(comparison.Verdict)
	// Output:
	// regression
}

// List pages through the runs of a name.
func ExampleClient_List() {
	c, err := client.New(serviceURL, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	ctx := context.Background()
	for range 3 {
		spec := aurea.Spec{Name: "listed", NumJobs: 1, Workload: &aurea.Workload{Kind: "noop"}}
		if _, err := c.Do(ctx, spec, nil); err != nil {
			log.Fatal(err)
		}
	}
	query := aurea.RunQuery{Name: "listed", Limit: 2}
	for {
		page, err := c.List(ctx, query)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Runs), "runs")
		if page.NextCursor == "" {
			break
		}
		query.Cursor = page.NextCursor
	}
	// Output:
	// 2 runs
	// 1 runs
}
