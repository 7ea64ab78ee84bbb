package main

import (
	"slices"
	"strconv"
)

// A spread is what some rounds gave.
type spread struct{ median, least, most float64 }

// spreadOf is of at least one value.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// units say how figures are written.
var units = map[string]func(float64) string{
	throughput:   perSecond,
	wall:         seconds,
	resident:     bytes,
	lateMemory:   bytes,
	growth:       times,
	deviation:    percent,
	delayP50:     seconds,
	delayP99:     seconds,
	overshootP50: seconds,
	overshootP99: seconds,
	latencyP95:   seconds,
	latencyP99:   seconds,
	latencyP999:  seconds,
	serviceP99:   seconds,
	unitsASecond: perSecond,
	nanoseconds:  nano,
	allocations:  plain,
}

func times(v float64) string   { return plain(v) + "x" }
func percent(v float64) string { return plain(v*100) + " %" }
func nano(v float64) string    { return plain(v) + " ns" }
func seconds(v float64) string {
	return scaled(v, scale{"s", 1}, scale{"ms", 1e-3}, scale{"µs", 1e-6}, scale{"ns", 1e-9})
}
func bytes(v float64) string { return scaled(v, scale{"GB", 1e9}, scale{"MB", 1e6}, scale{"B", 1}) }
func perSecond(v float64) string {
	return scaled(v, scale{"M/s", 1e6}, scale{"k/s", 1e3}, scale{"/s", 1})
}

type scale struct {
	unit string
	size float64
}

// scaled writes a value on the first of the scales that it fills, or on the last.
func scaled(v float64, scales ...scale) string {
	last := len(scales) - 1
	for _, s := range scales[:last] {
		if v >= s.size {
			return plain(v/s.size) + " " + s.unit
		}
	}
	return plain(v/scales[last].size) + " " + scales[last].unit
}

// plain writes a value with the three digits that matter, or all before the point.
func plain(v float64) string {
	if v >= 999.5 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
