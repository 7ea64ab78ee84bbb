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
		summary(t, fmt.Sprintf("part %s, %d of %d ok", part.Name, part.Counts.OK, part.Counts.Planned), part.Latency)
	}
	writeCounters(t, r.Counters)
	for i, class := range r.Errors {
		if i == 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintf(t, "%d %s\t%s\n", class.Count, class.Class, class.Sample)
	}
}

func writeCounters(t io.Writer, counters aurea.Named[aurea.Amount]) {
	if len(counters) == 0 {
		return
	}
	fmt.Fprint(t, "\n\ttotal\ta second\ta job\ta second of a core\n")
	for _, counter := range counters {
		amount, core := counter.Value, "–"
		if amount.PerCPUSecond > 0 {
			core = count(amount.PerCPUSecond)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", counter.Name, amount.Total, count(amount.PerSecond), count(amount.PerJob), core)
	}
}
