package platform

import (
	"strconv"
	"strings"
)

// AvailableMemory returns how many bytes can be allocated without swapping: the
// kernel's estimate, or what is left to the process's cgroup or one around it if
// that is less. It is 0 if the estimate cannot be read.
func AvailableMemory() int64 { return availableMemory(procMount, cgroupMount) }

func availableMemory(proc, mount string) int64 {
	available := meminfo(proc, "MemAvailable")
	for group := range memoryCgroups(proc, mount) {
		available = min(available, max(group.limit-group.used, 1))
	}
	return available
}

// TotalMemory returns the size of this machine's memory in bytes. It is 0 if it
// cannot be read.
func TotalMemory() int64 { return meminfo(procMount, "MemTotal") }

// meminfo returns a value of /proc/meminfo in bytes; 0 if it is absent.
func meminfo(proc, name string) int64 {
	for line := range strings.Lines(readFile(proc + "/meminfo")) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
