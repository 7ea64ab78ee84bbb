// Package format writes values as text for people: times, counts, amounts of
// money, names. Every text that others chose passes through Sanitize.
package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// NoValue is shown for a value without samples.
const NoValue = "–"

// Sampled formats a time that was computed from samples.
func Sampled(hasSamples bool, seconds float64) string {
	if !hasSamples {
		return NoValue
	}
	return Duration(seconds)
}

// Value formats a value in its unit, for thresholds and comparisons.
func Value(unit string, value float64, currency string) string {
	switch unit {
	case "seconds":
		return Duration(value)
	case "share":
		return Significant(100*value, 5) + "%"
	case "money":
		return strings.TrimSpace(Money(value) + " " + currency)
	case "jobs_per_second":
		return Count(value) + "/s"
	}
	return Count(value)
}

// Duration formats seconds with five significant digits and a fitting
// unit.
func Duration(seconds float64) string {
	d := time.Duration(math.Round(seconds * float64(time.Second)))
	digit := time.Duration(1)
	for d/digit >= 100_000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

// Count formats a count: as an integer from 1000, else with four digits.
func Count(n float64) string {
	if n >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return Significant(n, 4)
}

// Money formats an amount: to the hundredth from 1000, else with four
// digits.
func Money(amount float64) string {
	if amount >= 1000 {
		return strconv.FormatFloat(amount, 'f', 2, 64)
	}
	return Significant(amount, 4)
}

// Significant rounds a number to significant digits. It never uses an
// exponent.
func Significant(n float64, digits int) string {
	return strconv.FormatFloat(Round(n, digits), 'f', -1, 64)
}

// Round rounds a number to significant digits.
func Round(n float64, digits int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'e', digits-1, 64), 64) // cannot fail
	return rounded
}

// Bound formats the error of a clock; 0 means that it was never measured.
func Bound(seconds float64) string {
	if seconds == 0 {
		return NoValue
	}
	return "±" + Brief(seconds)
}

// Brief formats seconds with two significant digits and a fitting unit.
func Brief(seconds float64) string { return Duration(Round(seconds, 2)) }

// NumberOf formats a number of things: 1 machine, 2 machines.
func NumberOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// BriefSampled is Sampled with three significant digits.
func BriefSampled(hasSamples bool, seconds float64) string {
	if !hasSamples {
		return NoValue
	}
	return Duration(Round(seconds, 3))
}

// Name returns a run's name in parentheses, to follow its id; "" without
// a name.
func Name(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}
