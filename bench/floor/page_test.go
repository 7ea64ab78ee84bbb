package main

import (
	"slices"
	"testing"
)

// The ratios are those of the second contender's figures in the same round.
func TestRatios(t *testing.T) {
	m := measuredWork{Sides: []side{
		{requests: []float64{30, 20, 10}, costs: []cost{{4, 1}, {2, 2}, {5, 0}}},
		{requests: []float64{10, 10, 10}, costs: []cost{{10, 0}, {4, 4}, {5, 0}}},
	}}
	if got, want := m.Rates()[0], "**2.00x** (1.00x … 3.00x)"; got != want {
		t.Errorf("requests: %s, want %s", got, want)
	}
	if got, want := m.Ratios()[0], "**2.00x** (1.00x … 2.00x)"; got != want {
		t.Errorf("requests of the same processor time: %s, want %s", got, want)
	}
	one := "**1.00x** (1.00x … 1.00x)"
	if got := slices.Concat(m.Rates()[1:], m.Ratios()[1:]); !slices.Equal(got, []string{one, one}) {
		t.Errorf("of the second contender: %v", got)
	}
}
