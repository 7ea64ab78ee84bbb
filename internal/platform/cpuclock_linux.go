package platform

import (
	"strconv"
	"strings"
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

// ProcessCPU returns the CPU time used by this process. It is 0 if it cannot be
// read.
func ProcessCPU() time.Duration {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// tick is the unit of /proc/stat. The kernel fixes it at 1/100 s for user space.
const tick = 10 * time.Millisecond

// StolenCPU returns the time that the hypervisor gave to others while a virtual
// core of this machine was ready to run, summed over all cores. It is 0 if it
// cannot be read.
func StolenCPU() time.Duration { return stolenCPU(procMount) }

// stolenCPU reads the steal column of the first line of /proc/stat.
func stolenCPU(proc string) time.Duration {
	line, _, _ := strings.Cut(readFile(proc+"/stat"), "\n")
	if fields := strings.Fields(line); len(fields) > 8 {
		ticks, _ := strconv.ParseInt(fields[8], 10, 64) // 0 if it cannot be parsed
		return time.Duration(ticks) * tick
	}
	return 0
}
