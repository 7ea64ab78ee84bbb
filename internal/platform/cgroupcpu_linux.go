package platform

import (
	"strconv"
	"strings"
	"time"
)

// CgroupCPU returns the lowest CPU quota of the process's cgroup and the
// cgroups around it, in cores, and how long quotas have throttled them so far.
// Both are 0 if there is no quota. It reads both versions of cgroups.
func CgroupCPU() (cores float64, throttled time.Duration) { return cgroupCPU(procMount, cgroupMount) }

func cgroupCPU(proc, mount string) (cores float64, throttled time.Duration) {
	for group := range cgroups(proc, mount, "cpu") {
		quota := cpuQuota(group)
		if quota == 0 {
			continue
		}
		if cores == 0 || quota < cores {
			cores = quota
		}
		throttled += cpuThrottled(group)
	}
	return cores, throttled
}

// cpuQuota returns the quota of one cgroup, in cores; 0 without one.
func cpuQuota(group cgroup) float64 {
	quotaText, periodText, _ := strings.Cut(readFile(group.dir+"/cpu.max"), " ")
	if group.version == 1 {
		quotaText, periodText = readFile(group.dir+"/cpu.cfs_quota_us"), readFile(group.dir+"/cpu.cfs_period_us")
	}
	quota, err := strconv.ParseFloat(quotaText, 64)
	period, _ := strconv.ParseFloat(periodText, 64)
	if err != nil || quota <= 0 || period <= 0 { // "max", or -1 in version 1
		return 0
	}
	return quota / period
}

// cpuThrottled returns how long the quota of one cgroup has throttled it.
func cpuThrottled(group cgroup) time.Duration {
	for line := range strings.Lines(readFile(group.dir + "/cpu.stat")) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, _ := strconv.ParseInt(text, 10, 64)
		switch name {
		case "throttled_usec":
			return time.Duration(value) * time.Microsecond
		case "throttled_time": // version 1, in nanoseconds
			return time.Duration(value)
		}
	}
	return 0
}
