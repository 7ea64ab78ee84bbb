package report

import (
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// jobsInWords says how the jobs ended: "590 ok, 3 failed of 593".
func jobsInWords(c aurea.Counts) string {
	parts := []string{fmt.Sprintf("%d ok", c.OK)}
	for _, outcome := range aurea.Outcomes() {
		if n := c.Of(outcome); n > 0 && outcome != aurea.OK {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return fmt.Sprintf("%s of %d", strings.Join(parts, ", "), c.Planned)
}

// countsMood returns the mood of jobs that did not end ok.
func countsMood(c aurea.Counts) []mood {
	if c.OK < c.Owed() {
		return []mood{bad}
	}
	return nil
}

// rateInWords says how many jobs ended ok a second, beside the rate that was
// asked for, and for how long.
func rateInWords(r *aurea.Result) string {
	text := fmt.Sprintf("%s/s ok in %s", format.Count(r.Throughput), format.Duration(format.Round(r.Duration, 4)))
	if r.Paused > 0 {
		text += fmt.Sprintf("; %s of it paused", format.Brief(r.Paused))
	}
	if r.Rate != nil {
		text += fmt.Sprintf("; started %s/s of %s/s asked for", format.Count(r.Rate.Achieved), format.Count(r.Rate.Target))
	}
	return text
}

// formatShare formats a share as a percentage of at most four columns.
func formatShare(share float64) string {
	percent := 100 * share
	if percent > 0 && percent < 1 {
		return " <1%"
	}
	return fmt.Sprintf("%3.0f%%", percent)
}
