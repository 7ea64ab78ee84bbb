package platform

import "golang.org/x/sys/unix"

// ThreadPageFaults returns how many minor page faults the calling thread has
// had: pages that the kernel gave it at the first touch. It is 0 if it cannot
// be read.
func ThreadPageFaults() int64 {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &usage) != nil {
		return 0
	}
	return int64(usage.Minflt) //nolint:unconvert // it has 32 bits on some machines
}
