package platform

import (
	"time"

	"golang.org/x/sys/unix"
)

// ThreadCPU returns the CPU time used by the calling thread. It is 0 if it
// cannot be read.
func ThreadCPU() time.Duration {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now) != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
