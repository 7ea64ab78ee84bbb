package platform

import (
	"iter"
	"path"
	"slices"
	"strings"
)

// Where the kernel's files are mounted. Tests have them elsewhere.
const (
	procMount   = "/proc"
	sysMount    = "/sys"
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
		for group := range cgroups(proc, mount, "memory") {
			limitFile, usedFile := "/memory.max", "/memory.current"
			if group.version == 1 {
				limitFile, usedFile = "/memory.limit_in_bytes", "/memory.usage_in_bytes"
			}
			limit, ok := readNumber(group.dir + limitFile)
			if !ok || limit >= noLimit {
				continue
			}
			used, _ := readNumber(group.dir + usedFile)
			if !yield(memoryCgroup{limit, used}) {
				return
			}
		}
	}
}

// A cgroup is the directory of one, in a hierarchy of version 1 or 2.
type cgroup struct {
	dir     string
	version int
}

// cgroups yields the process's cgroups for a controller and the cgroups around
// them, innermost first.
func cgroups(proc, mount, controller string) iter.Seq[cgroup] {
	return func(yield func(cgroup) bool) {
		for line := range strings.Lines(readFile(proc + "/self/cgroup")) {
			fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
			if len(fields) < 3 {
				continue
			}
			root, version := mount, 2
			if fields[1] != "" { // version 1
				if !slices.Contains(strings.Split(fields[1], ","), controller) {
					continue
				}
				root, version = mount+"/"+fields[1], 1
			}
			for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
				if !yield(cgroup{root + group, version}) {
					return
				}
				if group == "/" {
					break
				}
			}
		}
	}
}
