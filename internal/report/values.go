package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// formatInFlight adds how many jobs were on a core if jobs used the CPU.
func formatInFlight(n aurea.InFlight) string {
	most := strconv.FormatInt(n.Max, 10)
	if n.AtLeast > 0 && n.AtLeast < n.Max {
		most = fmt.Sprintf("%d to %d", n.AtLeast, n.Max)
	}
	text := fmt.Sprintf("%s at most, %s on average", most, format.Count(n.Mean))
	if n.Effective != n.Mean {
		text += ", " + format.Count(n.Effective) + " of them on a core"
	}
	return text
}

// formatCounts lists the counts that are not zero: "100 planned: 90 ok, 10
// timeout".
func formatCounts(c aurea.Counts) string {
	var parts []string
	for _, outcome := range aurea.Outcomes() {
		if n := c.Of(outcome); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return fmt.Sprintf("%d planned: %s", c.Planned, strings.Join(parts, ", "))
}

// formatCost returns the total cost and the cost per million jobs. The latter
// is unknown if no job ended.
func formatCost(r *aurea.Result) string {
	million := format.NoValue
	if r.Counts.Ended() > 0 {
		million = format.Money(r.Cost.PerMillionJobs)
	}
	return fmt.Sprintf("%s, %s a million jobs", format.Value("money", r.Cost.Total, r.Cost.Currency), million)
}

// ratio returns share / whole; 0 if whole is 0.
func ratio(share, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return share / whole
}
