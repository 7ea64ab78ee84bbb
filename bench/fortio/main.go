// Command fortio runs the loop of Fortio's package periodic with a job that does
// nothing, as fast as it goes, and prints how many times a second it ran it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"fortio.org/fortio/periodic"
	fortiolog "fortio.org/log"
)

type empty struct{}

func (empty) Run(context.Context, periodic.ThreadID) (bool, string) { return true, "" }

func main() {
	threads := flag.Int("threads", 2, "how many goroutines run the job")
	duration := flag.Duration("duration", 3*time.Second, "for how long")
	flag.Parse()

	fortiolog.SetLogLevelQuiet(fortiolog.Error)
	runner := periodic.NewPeriodicRunner(&periodic.RunnerOptions{
		QPS:        -1, // no limit
		NumThreads: *threads,
		Duration:   *duration,
		Out:        io.Discard,
	})
	runner.Options().MakeRunners(empty{})
	results := runner.Run()
	err := json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"count": float64(results.DurationHistogram.Count),
		"rate":  results.ActualQPS,
	})
	if err != nil {
		log.Fatal(err)
	}
}
