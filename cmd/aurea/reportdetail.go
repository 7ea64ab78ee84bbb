package main

import (
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
)

// writeDetail prints what jobs told of themselves, and why they failed.
func writeDetail(t io.Writer, r *aurea.Result) {
	for _, phase := range r.Phases {
		summary(t, "  "+phase.Name, phase.Value)
	}
	for _, part := range r.Parts {
		summary(t, "part "+part.Name, part.Latency)
	}
	if len(r.Counters) > 0 {
		fmt.Fprint(t, "\n\ttotal\ta second\ta job\n")
	}
	for _, counter := range r.Counters {
		amount := counter.Value
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", counter.Name, amount.Total, count(amount.PerSecond), count(amount.PerJob))
	}
	for i, class := range r.Errors {
		if i == 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintf(t, "%d %s\t%s\n", class.Count, class.Class, class.Sample)
	}
}
