package main

import (
	"slices"
	"strconv"
)

// A spread describes the values of several rounds.
type spread struct{ median, least, most float64 }

// spreadOf returns the spread of at least one value.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// units format figures.
var units = map[string]func(float64) string{
	throughput:     perSecond,
	perCore:        perSecond,
	wall:           seconds,
	resident:       bytes,
	lateMemory:     bytes,
	growth:         times,
	failures:       formatPlain,
	deviation:      percent,
	delayP50:       seconds,
	delayP99:       seconds,
	overshootP50:   seconds,
	overshootP99:   seconds,
	latencyP95:     seconds,
	latencyP99:     seconds,
	latencyP999:    seconds,
	serviceP99:     seconds,
	unitsPerSecond: perSecond,
	nanoseconds:    nano,
	allocations:    formatPlain,
}

func times(v float64) string   { return formatPlain(v) + "x" }
func percent(v float64) string { return formatPlain(v*100) + " %" }
func nano(v float64) string    { return formatPlain(v) + " ns" }
func seconds(v float64) string {
	return formatScaled(v, scale{"s", 1}, scale{"ms", 1e-3}, scale{"µs", 1e-6}, scale{"ns", 1e-9})
}
func bytes(v float64) string {
	return formatScaled(v, scale{"GB", 1e9}, scale{"MB", 1e6}, scale{"B", 1})
}
func perSecond(v float64) string {
	return formatScaled(v, scale{"M/s", 1e6}, scale{"k/s", 1e3}, scale{"/s", 1})
}

type scale struct {
	unit string
	size float64
}

// formatScaled formats a value in the first unit in which it is at least 1, or
// in the last.
func formatScaled(v float64, scales ...scale) string {
	last := len(scales) - 1
	for _, s := range scales[:last] {
		if v >= s.size {
			return formatPlain(v/s.size) + " " + s.unit
		}
	}
	return formatPlain(v/scales[last].size) + " " + scales[last].unit
}

// formatPlain formats a value with three significant digits, or all digits
// before the point.
func formatPlain(v float64) string {
	if v >= 999.5 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
