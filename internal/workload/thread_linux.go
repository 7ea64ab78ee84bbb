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

// threadFaults is how many pages the system has given the calling thread at
// their first touch.
func threadFaults() int64 {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &usage) != nil {
		return 0
	}
	return int64(usage.Minflt) //nolint:unconvert // it has 32 bits on some machines
}
