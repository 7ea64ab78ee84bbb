package platform

import (
	"iter"
	"path"
	"strings"
)

// Where the kernel's files are mounted. Tests have them elsewhere.
const (
	procMount   = "/proc"
	cgroupMount = "/sys/fs/cgroup"
)

// CgroupMemoryLimit returns the lowest memory limit of the process's cgroup and
// the cgroups around it, in bytes. It is 0 if none has a limit.
func CgroupMemoryLimit() int64 { return cgroupMemoryLimit(procMount, cgroupMount) }

func cgroupMemoryLimit(proc, mount string) int64 {
	lowest := int64(0)
	for group := range memoryCgroups(proc, mount) {
		if lowest == 0 || group.limit < lowest {
			lowest = group.limit
		}
	}
	return lowest
}

// A memoryCgroup is a cgroup with a memory limit. Both fields are in bytes.
type memoryCgroup struct{ limit, used int64 }

// noLimit is less than what cgroups of version 1 report if there is no limit.
const noLimit = 1 << 62

// memoryCgroups yields the process's cgroup and the cgroups around it, innermost
// first. It leaves out those without a limit. It reads both versions of cgroups.
func memoryCgroups(proc, mount string) iter.Seq[memoryCgroup] {
	return func(yield func(memoryCgroup) bool) {
		for line := range strings.Lines(readFile(proc + "/self/cgroup")) {
			fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
			if len(fields) < 3 {
				continue
			}
			root, limitFile, usedFile := mount, "/memory.max", "/memory.current"
			if fields[1] == "memory" { // version 1
				root, limitFile, usedFile = mount+"/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes"
			} else if fields[1] != "" {
				continue
			}
			for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
				if limit, ok := readNumber(root + group + limitFile); ok && limit < noLimit {
					used, _ := readNumber(root + group + usedFile)
					if !yield(memoryCgroup{limit, used}) {
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
