package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// formatName returns a run's name in parentheses, to follow its id; "" without
// a name.
func formatName(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// formatInFlight adds how many jobs were on a core if jobs used the CPU.
func formatInFlight(n aurea.InFlight) string {
	most := strconv.FormatInt(n.Max, 10)
	if n.AtLeast > 0 && n.AtLeast < n.Max {
		most = fmt.Sprintf("%d to %d", n.AtLeast, n.Max)
	}
	text := fmt.Sprintf("%s at most, %s on average", most, formatCount(n.Mean))
	if n.Effective != n.Mean {
		text += ", " + formatCount(n.Effective) + " of them on a core"
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
	million := noValue
	if r.Counts.Ended() > 0 {
		million = formatMoney(r.Cost.PerMillionJobs)
	}
	return fmt.Sprintf("%s %s, %s a million jobs", formatMoney(r.Cost.Total), r.Cost.Currency, million)
}

// noValue is shown for a value without samples.
const noValue = "–"

// formatSampled formats a time that was computed from samples.
func formatSampled(hasSamples bool, seconds float64) string {
	if !hasSamples {
		return noValue
	}
	return formatDuration(seconds)
}

// formatValue formats a value in its unit, for thresholds and comparisons.
func formatValue(unit string, value float64, currency string) string {
	switch unit {
	case "seconds":
		return formatDuration(value)
	case "share":
		return formatSignificant(100*value, 5) + "%"
	case "money":
		return strings.TrimSpace(formatMoney(value) + " " + currency)
	case "jobs_per_second":
		return formatCount(value) + "/s"
	}
	return formatCount(value)
}

// formatDuration formats seconds with five significant digits and a fitting
// unit.
func formatDuration(seconds float64) string {
	d := time.Duration(math.Round(seconds * float64(time.Second)))
	digit := time.Duration(1)
	for d/digit >= 100_000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

// formatCount formats a count: as an integer from 1000, else with four digits.
func formatCount(n float64) string {
	if n >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return formatSignificant(n, 4)
}

// formatMoney formats an amount: to the hundredth from 1000, else with four
// digits.
func formatMoney(amount float64) string {
	if amount >= 1000 {
		return strconv.FormatFloat(amount, 'f', 2, 64)
	}
	return formatSignificant(amount, 4)
}

// formatSignificant rounds a number to significant digits. It never uses an
// exponent.
func formatSignificant(n float64, digits int) string {
	return strconv.FormatFloat(roundSignificant(n, digits), 'f', -1, 64)
}

// roundSignificant rounds a number to significant digits.
func roundSignificant(n float64, digits int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', digits-1, 64), 64) // cannot fail
	return rounded
}
