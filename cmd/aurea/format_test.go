package main

import (
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

func TestFormatDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		0:          "0s",
		4e-8:       "40ns",
		1.23456e-6: "1.235µs",
		0.0123456:  "12.346ms",
		0.12:       "120ms",
		1.23456:    "1.2346s",
		100:        "1m40s",
		100.123:    "1m40.12s",
	} {
		if got := formatDuration(seconds); got != want {
			t.Errorf("duration(%v) = %s, want %s", seconds, got, want)
		}
	}
}

// A range of in flight is one number where both ends are equal.
func TestFormatInFlight(t *testing.T) {
	for want, n := range map[string]aurea.InFlight{
		"9 at most, 5 on average":                           {Max: 9, Mean: 5, Effective: 5},
		"9 at most, 4 on average":                           {Max: 9, AtLeast: 9, Mean: 4, Effective: 4},
		"7 to 9 at most, 5 on average, 2 of them on a core": {Max: 9, AtLeast: 7, Mean: 5, Effective: 2},
	} {
		if got := formatInFlight(n); got != want {
			t.Errorf("%+v is %q, want %q", n, got, want)
		}
	}
}
