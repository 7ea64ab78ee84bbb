package engine

import (
	"testing"
	"time"
)

func TestThrottled(t *testing.T) {
	stat := "usage_usec 9000\nuser_usec 1\nsystem_usec 2\nnr_periods 3\nnr_throttled 1\nthrottled_usec 250000\n"
	if got := throttled(group(t, map[string]string{"cpu.stat": stat})); got != 250*time.Millisecond {
		t.Errorf("throttled for %v, want 250ms", got)
	}
	if got := throttled(group(t, map[string]string{"cpu.stat": "usage_usec 9000\n"})); got != 0 {
		t.Errorf("throttled for %v, want 0", got)
	}
}
