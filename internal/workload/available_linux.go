package workload

import (
	"iter"
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
	for group := range groupsOf(proc, groups) {
		available = min(available, max(group.limit-group.used, 1))
	}
	return available
}

// A memoryGroup is a control group with a limit, in bytes, and what it uses.
type memoryGroup struct{ limit, used int64 }

// groupsOf yields the process's control group and those around it, as far as they
// have a limit.
func groupsOf(proc, groups string) iter.Seq[memoryGroup] {
	return func(yield func(memoryGroup) bool) {
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
				if limit, ok := readNumber(root + group + most); ok && limit < unlimited {
					used, _ := readNumber(root + group + now)
					if !yield(memoryGroup{limit, used}) {
						return
					}
				}
				if group == "/" {
					break
				}
			}
		}
	}
}

// unlimited is below what the first version of control groups has for no limit.
const unlimited = 1 << 62

// groupMemory is the least limit of the process's control groups; 0 without any.
func groupMemory(proc, groups string) int64 {
	least := int64(0)
	for group := range groupsOf(proc, groups) {
		if least == 0 || group.limit < least {
			least = group.limit
		}
	}
	return least
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
