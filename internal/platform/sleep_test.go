package platform

import (
	"testing"
	"time"
)

// A sleep takes about as long as asked for: a signal may end it early, so it is
// repeated until the time has passed.
func TestKernelSleep(t *testing.T) {
	const d = 5 * time.Millisecond
	begin := time.Now()
	sleeps := 0
	for time.Since(begin) < d {
		KernelSleep(d - time.Since(begin))
		sleeps++
	}
	if sleeps > 50 {
		t.Errorf("%d sleeps were necessary for %v", sleeps, d)
	}
}
