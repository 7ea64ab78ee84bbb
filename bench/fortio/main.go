// Command fortio runs Fortio as a library, without a limit of the rate unless
// one is given: the loop of its package periodic with a job that does nothing,
// or, with a URL, the load of its package fhttp. It prints how many times a
// second it ran, and of requests how long they took.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"fortio.org/fortio/fhttp"
	"fortio.org/fortio/periodic"
	fortiolog "fortio.org/log"
)

type empty struct{}

func (empty) Run(context.Context, periodic.ThreadID) (bool, string) { return true, "" }

func main() {
	url := flag.String("url", "", "what to call; nothing unless given")
	rate := flag.Float64("rate", -1, "times a second; -1: no limit")
	threads := flag.Int("threads", 2, "how many goroutines run the job")
	duration := flag.Duration("duration", 3*time.Second, "for how long")
	flag.Parse()

	fortiolog.SetLogLevelQuiet(fortiolog.Error)
	options := periodic.RunnerOptions{
		QPS:         *rate,
		NumThreads:  *threads,
		Duration:    *duration,
		Percentiles: []float64{95, 99, 99.9},
		Resolution:  0.0001,
		Out:         io.Discard,
	}
	results, err := run(options, *url)
	if err != nil {
		log.Fatal(err)
	}
	answer := map[string]float64{"rate": results.ActualQPS}
	for _, p := range results.DurationHistogram.Percentiles {
		answer[map[float64]string{95: "p95", 99: "p99", 99.9: "p999"}[p.Percentile]] = p.Value
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}

func run(options periodic.RunnerOptions, url string) (periodic.RunnerResults, error) {
	if url == "" {
		runner := periodic.NewPeriodicRunner(&options)
		runner.Options().MakeRunners(empty{})
		return runner.Run(), nil
	}
	results, err := fhttp.RunHTTPTest(&fhttp.HTTPRunnerOptions{
		RunnerOptions: options,
		HTTPOptions:   *fhttp.NewHTTPOptions(url),
	})
	if err != nil {
		return periodic.RunnerResults{}, err
	}
	return results.RunnerResults, nil
}
