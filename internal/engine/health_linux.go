package engine

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processCPU returns the CPU time used by this process; 0 if it cannot be read.
func processCPU() time.Duration {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// tick is the unit of /proc/stat, which the kernel fixes at 1/100 s for user
// space.
const tick = 10 * time.Millisecond

// stolen returns the steal column of the first line of /proc/stat.
func stolen() time.Duration {
	line, _, _ := strings.Cut(read("/proc/stat"), "\n")
	if fields := strings.Fields(line); len(fields) > 8 {
		ticks, _ := strconv.ParseInt(fields[8], 10, 64) // 0 if it cannot be parsed
		return time.Duration(ticks) * tick
	}
	return 0
}

// throttled returns how long the cgroup at root has been throttled by its
// quota.
func throttled(root string) time.Duration {
	for line := range strings.Lines(read(root + "/cpu.stat")) {
		if value, ok := strings.CutPrefix(line, "throttled_usec "); ok {
			microseconds, _ := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			return time.Duration(microseconds) * time.Microsecond
		}
	}
	return 0
}

// kernel returns the version of the running kernel.
func kernel() string { return read("/proc/sys/kernel/osrelease") }

// governor returns the frequency governor of the first core; "" if there is
// none.
func governor() string {
	return read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

// read returns the trimmed content of a file; "" if it cannot be read.
func read(file string) string {
	content, _ := os.ReadFile(file) // an absent file is empty
	return strings.TrimSpace(string(content))
}
