package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func named(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// inFlight also says how many had a core, where jobs compute.
func inFlight(n aurea.InFlight) string {
	text := fmt.Sprintf("%d at most, %s on average", n.Max, count(n.Mean))
	if n.Effective != n.Mean {
		text += ", " + count(n.Effective) + " of them on a core"
	}
	return text
}

// outcomes lists the counts that are not zero: "100 planned: 90 ok, 10 timeout".
func outcomes(c aurea.Counts) string {
	var parts []string
	for _, o := range aurea.Outcomes() {
		if n := c.Of(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return fmt.Sprintf("%d planned: %s", c.Planned, strings.Join(parts, ", "))
}

// costs has what a million jobs would cost where there is a job to tell by.
func costs(r *aurea.Result) string {
	million := none
	if r.Counts.Ended() > 0 {
		million = money(r.Cost.PerMillionJobs)
	}
	return fmt.Sprintf("%s %s, %s a million jobs", money(r.Cost.Total), r.Cost.Currency, million)
}

// none stands where there was no sample to tell a value from.
const none = "–"

// sampled is a time that was taken from samples, if there were any.
func sampled(any bool, seconds float64) string {
	if !any {
		return none
	}
	return duration(seconds)
}

// measured is a value in its unit, as a comparison and a threshold have them.
func measured(unit string, value float64, currency string) string {
	switch unit {
	case "seconds":
		return duration(value)
	case "share":
		return significant(100*value, 5) + "%"
	case "money":
		return strings.TrimSpace(money(value) + " " + currency)
	case "jobs_per_second":
		return count(value) + "/s"
	}
	return count(value)
}

// duration writes seconds with five digits and the unit that fits.
func duration(seconds float64) string {
	d := time.Duration(math.Round(seconds * float64(time.Second)))
	digit := time.Duration(1)
	for d/digit >= 100_000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

// count writes a number of things with as many digits as matter.
func count(n float64) string {
	if n >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return significant(n, 4)
}

// money writes an amount with four digits, or to the hundredth.
func money(amount float64) string {
	if amount >= 1000 {
		return strconv.FormatFloat(amount, 'f', 2, 64)
	}
	return significant(amount, 4)
}

// significant writes a number with so many digits at most that tell it, and
// without an exponent.
func significant(n float64, digits int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', digits-1, 64), 64) // it is a number
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
