package workload

import (
	"os"
	"path"
	"strconv"
	"strings"
)

// availableMemory is how many bytes can be taken without swapping: what the
// kernel estimates, or what is left to the process's control group, or a group
// around that, if it is less. 0 means that it is not known. proc and groups are
// where /proc and the groups are mounted.
func availableMemory(proc, groups string) int64 {
	available := memAvailable(proc + "/meminfo")
	content, _ := os.ReadFile(proc + "/self/cgroup") // without it there are no groups
	for line := range strings.Lines(string(content)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		root, most, now := groups, "/memory.max", "/memory.current"
		if fields[1] == "memory" { // of the first version of control groups
			root, most, now = groups+"/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes"
		} else if fields[1] != "" {
			continue
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			if limit, ok := readNumber(root + group + most); ok {
				used, _ := readNumber(root + group + now)
				available = min(available, max(limit-used, 1))
			}
			if group == "/" {
				break
			}
		}
	}
	return available
}

func memAvailable(file string) int64 {
	content, _ := os.ReadFile(file) // which then has no such line
	for line := range strings.Lines(string(content)) {
		if value, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// readNumber reads a file that holds one; "max" and what is not there are none.
func readNumber(file string) (int64, bool) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
	return n, err == nil
}
