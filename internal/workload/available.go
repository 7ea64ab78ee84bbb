package workload

import "sync"

// GroupMemory is how many bytes the control groups let this process take; 0 where
// none has a limit.
func GroupMemory() int64 { return groupMemory("/proc", "/sys/fs/cgroup") }

// unknownMemory stands for the memory of a machine that does not tell it.
const unknownMemory = 2 << 30

// halfTheMemory is half the memory that was available when it was first asked
// for; that a plan is accepted does not depend on the moment.
var halfTheMemory = sync.OnceValue(func() int64 {
	if available := availableMemory("/proc", "/sys/fs/cgroup"); available > 0 {
		return available / 2
	}
	return unknownMemory / 2
})
