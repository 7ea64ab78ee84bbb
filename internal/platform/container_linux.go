package platform

import (
	"strconv"
	"strings"
	"time"
)

// ContainerLimits returns the limits at the mount point of version 2 cgroups. In
// a container these are the container's own. Cpus is in cores, memory in bytes;
// 0 means no limit.
func ContainerLimits() (cpus float64, memory uint64) { return containerLimits(cgroupMount) }

func containerLimits(mount string) (cpus float64, memory uint64) {
	if quota, period, ok := strings.Cut(readFile(mount+"/cpu.max"), " "); ok && quota != "max" {
		q, _ := strconv.ParseFloat(quota, 64)
		if p, _ := strconv.ParseFloat(period, 64); p > 0 {
			cpus = q / p
		}
	}
	memory, _ = strconv.ParseUint(readFile(mount+"/memory.max"), 10, 64) // "max" is no limit: 0
	return cpus, memory
}

// ContainerThrottled returns how long the CPU limit of ContainerLimits has
// throttled its processes so far. It is 0 if that cannot be read.
func ContainerThrottled() time.Duration { return containerThrottled(cgroupMount) }

func containerThrottled(mount string) time.Duration {
	for line := range strings.Lines(readFile(mount + "/cpu.stat")) {
		if value, ok := strings.CutPrefix(line, "throttled_usec "); ok {
			microseconds, _ := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			return time.Duration(microseconds) * time.Microsecond
		}
	}
	return 0
}
