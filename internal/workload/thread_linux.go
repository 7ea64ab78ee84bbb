package workload

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is for how long the calling thread has had a core.
func threadTime() time.Duration {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now) != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
