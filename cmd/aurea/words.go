package main

import (
	"fmt"
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

// duration writes seconds with five digits and the unit that fits.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
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
	return strconv.FormatFloat(n, 'g', 4, 64)
}

func money(amount float64) string { return strconv.FormatFloat(amount, 'g', 4, 64) }
