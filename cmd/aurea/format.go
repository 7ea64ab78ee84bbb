package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func formatName(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// formatInFlight also says how many had a core, where jobs compute.
func formatInFlight(n aurea.InFlight) string {
	text := fmt.Sprintf("%d at most, %s on average", n.Max, formatCount(n.Mean))
	if n.Effective != n.Mean {
		text += ", " + formatCount(n.Effective) + " of them on a core"
	}
	return text
}

// formatCounts lists the counts that are not zero: "100 planned: 90 ok, 10 timeout".
func formatCounts(c aurea.Counts) string {
	var parts []string
	for _, o := range aurea.Outcomes() {
		if n := c.Of(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return fmt.Sprintf("%d planned: %s", c.Planned, strings.Join(parts, ", "))
}

// formatCost has what a million jobs would cost where there is a job to tell by.
func formatCost(r *aurea.Result) string {
	million := noValue
	if r.Counts.Ended() > 0 {
		million = formatMoney(r.Cost.PerMillionJobs)
	}
	return fmt.Sprintf("%s %s, %s a million jobs", formatMoney(r.Cost.Total), r.Cost.Currency, million)
}

// noValue stands where there was no sample to tell a value from.
const noValue = "–"

// formatSampled is a time that was taken from samples, if there were any.
func formatSampled(any bool, seconds float64) string {
	if !any {
		return noValue
	}
	return formatDuration(seconds)
}

// formatValue is a value in its unit, as a comparison and a threshold have them.
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

// formatDuration writes seconds with five digits and the unit that fits.
func formatDuration(seconds float64) string {
	d := time.Duration(math.Round(seconds * float64(time.Second)))
	digit := time.Duration(1)
	for d/digit >= 100_000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

// formatCount writes a number of things with as many digits as matter.
func formatCount(n float64) string {
	if n >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return formatSignificant(n, 4)
}

// formatMoney writes an amount with four digits, or to the hundredth.
func formatMoney(amount float64) string {
	if amount >= 1000 {
		return strconv.FormatFloat(amount, 'f', 2, 64)
	}
	return formatSignificant(amount, 4)
}

// formatSignificant writes a number with so many digits at most that tell it, and
// without an exponent.
func formatSignificant(n float64, digits int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', digits-1, 64), 64) // it is a number
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
