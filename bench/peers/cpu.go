package main

import (
	"os"
	"strconv"
	"strings"
)

// cpuTicks are the busy and the total time of all cores, in ticks of the
// kernel. They are 0 if the kernel does not report them.
type cpuTicks struct{ busy, total float64 }

// ticksPerSecond is the unit of /proc/stat.
const ticksPerSecond = 100

// readCPU reads the first line of /proc/stat: user, nice, system, idle, iowait,
// irq, softirq and steal.
func readCPU() cpuTicks {
	content, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(content), "\n")
	var c cpuTicks
	for i, field := range strings.Fields(line) {
		n, _ := strconv.ParseFloat(field, 64) // "cpu" parses as 0
		if i <= 8 {
			c.total += n
		}
		if i <= 8 && i != 4 && i != 5 {
			c.busy += n
		}
	}
	return c
}

// otherShare returns the share of all cores, since before, that the given ended
// process did not use.
func (c cpuTicks) otherShare(before cpuTicks, process *os.ProcessState) float64 {
	if c.total == before.total {
		return 0
	}
	ours := (process.UserTime() + process.SystemTime()).Seconds() * ticksPerSecond
	return max(0, c.busy-before.busy-ours) / (c.total - before.total)
}
