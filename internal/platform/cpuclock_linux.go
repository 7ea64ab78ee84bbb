package platform

import (
	"strconv"
	"strings"
	"sync"
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
// cannot be read. The time is up to a tick old.
func StolenCPU() time.Duration { return stolen.get(procMount, time.Now()) }

// A stolenCache remembers the stolen time for a tick, since the kernel shows
// nothing finer. For one reading the kernel formats all of /proc/stat: two took
// a twentieth of the CPU time of a run of one empty job.
type stolenCache struct {
	mu     sync.Mutex
	readAt time.Time // zero before the first reading
	stolen time.Duration
}

var stolen stolenCache

func (s *stolenCache) get(proc string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readAt.IsZero() || now.Sub(s.readAt) >= tick {
		s.readAt, s.stolen = now, stolenCPU(proc)
	}
	return s.stolen
}

// stolenCPU reads the steal column of /proc/stat.
func stolenCPU(proc string) time.Duration { return cpuTime(proc, 8) }

// BusyCPU returns the CPU time that all processes and the kernel of this
// machine have used, summed over all cores. It is 0 if it cannot be read.
func BusyCPU() time.Duration { return busyCPU(procMount) }

// busyCPU reads the columns of /proc/stat but those of idle cores, of the
// hypervisor and of guests, whose time is that of a user.
func busyCPU(proc string) time.Duration { return cpuTime(proc, 1, 2, 3, 6, 7) }

// cpuTime returns the sum of columns of the first line of /proc/stat. It is 0
// if one of them is missing or no number.
func cpuTime(proc string, columns ...int) (sum time.Duration) {
	line, _, _ := strings.Cut(readFile(proc+"/stat"), "\n")
	fields := strings.Fields(line)
	for _, column := range columns {
		if len(fields) <= column {
			return 0
		}
		ticks, err := strconv.ParseInt(fields[column], 10, 64)
		if err != nil {
			return 0
		}
		sum += time.Duration(ticks) * tick
	}
	return sum
}
