package main

import (
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// printProgress prints the progress of a run as one line. Rates and percentiles
// are left out while a run waits without finishing jobs.
func printProgress(w io.Writer, run aurea.Run) {
	p := run.Progress
	line := fmt.Sprintf("%6.1fs  %d started  %d ok  %d failed  %d in flight",
		p.Elapsed, p.Started, p.OK, p.Failed, p.InFlight)
	if hasSamples := p.Throughput > 0; hasSamples || p.Activity == "" {
		line += fmt.Sprintf("  %s jobs/s  p50 %s  p99 %s",
			format.Count(p.Throughput), format.Sampled(hasSamples, p.P50), format.Sampled(hasSamples, p.P99))
	}
	if p.Activity != "" {
		line += "  " + p.Activity
	}
	fmt.Fprintln(w, line)
}
