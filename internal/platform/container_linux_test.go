package platform

import (
	"path/filepath"
	"testing"
	"time"
)

func TestContainerLimits(t *testing.T) {
	check := func(what, mount string, wantCPUs float64, wantMemory uint64) {
		t.Helper()
		cpus, memory := containerLimits(mount)
		if cpus != wantCPUs {
			t.Errorf("%s: %v cores, want %v", what, cpus, wantCPUs)
		}
		if memory != wantMemory {
			t.Errorf("%s: %d bytes, want %d", what, memory, wantMemory)
		}
	}
	for _, test := range []struct {
		cpuMax, memoryMax string
		cpus              float64
		memory            uint64
	}{
		{"150000 100000\n", "1073741824\n", 1.5, 1 << 30},
		{"max 100000\n", "max\n", 0, 0},
		{"", "", 0, 0},
		{"100 0\n", "none\n", 0, 0},
	} {
		mount := tree(t, map[string]string{"cpu.max": test.cpuMax, "memory.max": test.memoryMax})
		check(test.cpuMax+test.memoryMax, mount, test.cpus, test.memory)
	}
	check("without a cgroup", filepath.Join(t.TempDir(), "absent"), 0, 0)
}

func TestContainerThrottled(t *testing.T) {
	stat := "usage_usec 9000\nuser_usec 1\nsystem_usec 2\nnr_periods 3\nnr_throttled 1\nthrottled_usec 250000\n"
	if got := containerThrottled(tree(t, map[string]string{"cpu.stat": stat})); got != 250*time.Millisecond {
		t.Errorf("throttled for %v, want 250ms", got)
	}
	if got := containerThrottled(tree(t, map[string]string{"cpu.stat": "usage_usec 9000\n"})); got != 0 {
		t.Errorf("throttled for %v, want 0", got)
	}
}
