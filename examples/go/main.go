// The example client makes three runs on a running Aurea service and prints its
// metrics and a summary.
//
//	go run ./examples/go [URL]        the URL may also be in AUREA_URL
//
// It uses the Go client of Aurea for the runs and net/http for the health and the
// metrics of the service.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

var runs = []struct {
	jobs         int64
	milliseconds float64 // each
}{{10, 50}, {50, 100}, {100, 100}}

// metrics matches the lines of the metrics that are printed.
var metrics = regexp.MustCompile(
	`(?m)^benchmark_(cost_total|jobs_total|mean_latency_seconds|runs_total|throughput_jobs_per_second)[{ ].*$`)

func main() {
	base := cmp.Or(os.Getenv("AUREA_URL"), "http://127.0.0.1:5000")
	if len(os.Args) > 1 {
		base = os.Args[1]
	}
	if err := benchmark(context.Background(), strings.TrimRight(base, "/"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func benchmark(ctx context.Context, base string, out io.Writer) error {
	service, err := client.New(base, "")
	if err != nil {
		return fmt.Errorf("the address %w", err)
	}
	defer service.Close()
	if err := checkHealth(ctx, base); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is healthy\n\n", base)

	results := make([]aurea.Result, len(runs))
	for i, r := range runs {
		fmt.Fprintf(out, "run %d of %d: %d jobs of %v ms\n", i+1, len(runs), r.jobs, r.milliseconds)
		result, err := run(ctx, service, r.jobs, r.milliseconds)
		if err != nil {
			return fmt.Errorf("%s: run %d of %d: %w", base, i+1, len(runs), err)
		}
		results[i] = *result
	}

	exposition, err := get(ctx, base+"/metrics")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nmetrics\n%s\n", bytes.Join(metrics.FindAll(exposition, -1), []byte("\n")))

	fmt.Fprintf(out, "\nsummary\n%6s %10s %10s %10s %12s  %s\n",
		"jobs", "jobs/s", "mean ms", "p99 ms", "cost USD", "validity")
	for _, r := range results {
		fmt.Fprintf(out, "%6d %10.1f %10.2f %10.2f %12.6f  %s\n",
			r.CompletedJobs, r.Throughput, r.MeanLatency*1000, r.Latency.P99*1000, r.TotalCost, r.Validity.State)
	}
	return nil
}

// run makes one run and returns its result.
func run(ctx context.Context, service *client.Client, jobs int64, milliseconds float64) (*aurea.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// The summary needs no record of every job; without them the answer is small.
	spec := aurea.Spec{NumJobs: jobs, JobDurationMS: &milliseconds, IncludeJobs: new(false)}
	run, err := service.Do(ctx, spec, nil)
	if err != nil {
		return nil, err
	}
	if run.Status != aurea.StatusCompleted {
		return nil, fmt.Errorf("it is %s: %s", run.Status, run.Error)
	}
	return run.Result, nil
}

// checkHealth asks for more than a 200, since something else may be listening
// there.
func checkHealth(ctx context.Context, base string) error {
	answer, err := get(ctx, base+"/health")
	if err != nil {
		return err
	}
	var health struct{ Status, Service string }
	if json.Unmarshal(answer, &health) != nil || health.Status != "healthy" || health.Service != "aurea-orchestrator" {
		return fmt.Errorf("%s/health is not the answer of a healthy Aurea service", base)
	}
	return nil
}

// get returns the body of a successful response.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot reach %s: %w", url, errors.Unwrap(err)) // the outer error says the URL again
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", url, response.StatusCode)
	}
	return body, nil
}
