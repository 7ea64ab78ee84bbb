// The example client makes three runs on a running Aurea service and prints its
// metrics and a summary.
//
//	go run ./examples/go [URL]        the URL may also be in AUREA_URL
//
// It uses the standard library and the public words of Aurea: what is asked is
// an aurea.Spec, what comes back an aurea.Result.
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
)

var runs = []struct {
	jobs         int64
	milliseconds float64 // each
}{{10, 50}, {50, 100}, {100, 100}}

var metrics = regexp.MustCompile(`(?m)^benchmark_(cost_total|jobs_total|mean_latency_seconds|runs_total|throughput_jobs_per_second)[{ ].*$`)

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
	if err := checkHealth(ctx, base); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is healthy\n\n", base)

	results := make([]aurea.Result, len(runs))
	for i, r := range runs {
		fmt.Fprintf(out, "run %d of %d: %d jobs of %v ms\n", i+1, len(runs), r.jobs, r.milliseconds)
		// The summary needs no record of every job; without them the answer is small.
		spec := &aurea.Spec{NumJobs: r.jobs, JobDurationMS: &r.milliseconds, IncludeJobs: new(false)}
		answer, err := call(ctx, base+"/benchmark/run", spec)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(answer, &results[i]); err != nil {
			return fmt.Errorf("the answer of %s/benchmark/run: %w", base, err)
		}
	}

	exposition, err := call(ctx, base+"/metrics", nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nmetrics\n%s\n", bytes.Join(metrics.FindAll(exposition, -1), []byte("\n")))

	fmt.Fprintf(out, "\nsummary\n%6s %10s %10s %10s %12s  %s\n", "jobs", "jobs/s", "mean ms", "p99 ms", "cost USD", "validity")
	for _, r := range results {
		fmt.Fprintf(out, "%6d %10.1f %10.2f %10.2f %12.6f  %s\n",
			r.CompletedJobs, r.Throughput, r.MeanLatency*1000, r.Latency.P99*1000, r.TotalCost, r.Validity.State)
	}
	return nil
}

// checkHealth asks for more than a 200, since something else may be listening
// there.
func checkHealth(ctx context.Context, base string) error {
	answer, err := call(ctx, base+"/health", nil)
	if err != nil {
		return err
	}
	var health struct{ Status, Service string }
	if json.Unmarshal(answer, &health) != nil || health.Status != "healthy" || health.Service != "aurea-orchestrator" {
		return fmt.Errorf("%s/health is not the answer of a healthy Aurea service", base)
	}
	return nil
}

// call returns what the URL answers to a GET, or to a POST of the spec when
// there is one.
func call(ctx context.Context, url string, spec *aurea.Spec) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := newRequest(ctx, url, spec)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot reach %s: %w", url, errors.Unwrap(err)) // the outer error says the URL again
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, detail(answer.StatusCode, body))
	}
	return body, nil
}

func newRequest(ctx context.Context, url string, spec *aurea.Spec) (*http.Request, error) {
	if spec == nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	}
	body, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// detail is the sentence of a problem+json answer, or the status of any other.
func detail(status int, body []byte) string {
	var problem struct{ Detail string }
	if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
		return fmt.Sprintf("answered %d", status)
	}
	return problem.Detail
}
