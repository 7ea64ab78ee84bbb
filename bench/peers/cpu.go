package main

import (
	"os"
	"strconv"
	"strings"
)

// A cpu is how long all cores together have been busy, and have existed, in
// ticks of the kernel. It is empty where the kernel does not say.
type cpu struct{ busy, total float64 }

// ticks is how many there are in a second.
const ticks = 100

// readCPU reads the first line of /proc/stat: user, nice, system, idle, iowait,
// irq, softirq and steal.
func readCPU() cpu {
	content, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(content), "\n")
	var c cpu
	for i, field := range strings.Fields(line) {
		n, _ := strconv.ParseFloat(field, 64) // "cpu" counts for nothing
		if i <= 8 {
			c.total += n
		}
		if i <= 8 && i != 4 && i != 5 {
			c.busy += n
		}
	}
	return c
}

// others is the share of all cores since before that did not go to the process,
// which has ended.
func (c cpu) others(before cpu, process *os.ProcessState) float64 {
	if c.total == before.total {
		return 0
	}
	ours := (process.UserTime() + process.SystemTime()).Seconds() * ticks
	return max(0, c.busy-before.busy-ours) / (c.total - before.total)
}
