package grpcjob

import (
	"runtime/debug"
	"testing"
)

// The collector runs less often while jobs are open, and as before afterwards. A
// value that the user has set stays.
func TestGCPercent(t *testing.T) {
	for _, test := range []struct{ before, meanwhile int }{{100, gcPercent}, {50, 50}, {-1, -1}} {
		original := debug.SetGCPercent(test.before)
		one, two := raiseGCPercent(), raiseGCPercent()
		one()
		one()
		if got := currentGCPercent(); got != test.meanwhile {
			t.Errorf("of %d meanwhile %d, want %d", test.before, got, test.meanwhile)
		}
		two()
		if got := currentGCPercent(); got != test.before {
			t.Errorf("of %d afterwards %d", test.before, got)
		}
		debug.SetGCPercent(original)
	}
}

func currentGCPercent() int {
	percent := debug.SetGCPercent(-1)
	debug.SetGCPercent(percent)
	return percent
}
