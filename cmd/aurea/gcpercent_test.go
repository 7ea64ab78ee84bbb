package main

import (
	"runtime/debug"
	"testing"
)

// gcPercent returns the percentage in effect.
func gcPercent() int {
	percent := debug.SetGCPercent(-1)
	debug.SetGCPercent(percent)
	return percent
}

// The user's GOGC goes before the service's own.
func TestRelaxGC(t *testing.T) {
	before := gcPercent()
	for value, want := range map[string]int{"": serviceGCPercent, "70": before} {
		t.Setenv("GOGC", value)
		restore := relaxGC()
		if got := gcPercent(); got != want {
			t.Errorf("GOGC=%q: the percentage is %d, want %d", value, got, want)
		}
		restore()
	}
	if got := gcPercent(); got != before {
		t.Errorf("afterwards it is %d, want %d", got, before)
	}
}
