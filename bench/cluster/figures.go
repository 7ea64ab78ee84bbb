package main

import (
	"fmt"
	"slices"
	"strconv"
)

// A figure is a claim and what was measured of it.
type figure struct {
	what   string
	target target
	unit   string
	scale  float64 // of the values, to the unit
	values []float64
}

// A target is what the median must reach. The zero value is none.
type target struct {
	sign  string // "≤" or "≥"
	limit float64
}

func atMost(limit float64) target  { return target{"≤", limit} }
func atLeast(limit float64) target { return target{"≥", limit} }

// String returns the figure as a row of a table.
func (f figure) String() string {
	if len(f.values) == 0 {
		return fmt.Sprintf("| %s | | not measured | – |", f.what)
	}
	sorted := slices.Sorted(slices.Values(f.values))
	n := len(sorted)
	median := (sorted[(n-1)/2] + sorted[n/2]) / 2
	limit, reached := "–", "–"
	if f.target.sign != "" {
		limit = f.target.sign + " " + f.format(f.target.limit)
		if reached = "no"; f.target.reached(median) {
			reached = "yes"
		}
		within := 0
		for _, v := range f.values {
			if f.target.reached(v) {
				within++
			}
		}
		reached += fmt.Sprintf(", %d of %d", within, n)
	}
	return fmt.Sprintf("| %s | %s | **%s** (%s … %s) | %s |", f.what, limit, f.format(median), f.format(sorted[0]),
		f.format(sorted[n-1]), reached)
}

func (t target) reached(v float64) bool {
	return t.sign == "≤" && v <= t.limit || t.sign == "≥" && v >= t.limit
}

func (f figure) format(v float64) string {
	v *= f.scale
	text := strconv.FormatFloat(v, 'g', 3, 64)
	if v >= 999.5 || v <= -999.5 {
		text = strconv.FormatFloat(v, 'f', 0, 64)
	}
	if f.unit == "" {
		return text
	}
	return text + " " + f.unit
}
