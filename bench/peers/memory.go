package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// watched has the memory of a contender sampled while it is measured: once a
// second, what the kernel says is resident.
func watched(c contender) contender {
	c.watched = true
	return c
}

// A curve is the resident memory of a process, in bytes, second by second.
type curve []float64

// watchMemory samples until it is told to stop, and returns what it has then.
func watchMemory(pid int, every time.Duration) (stop func() curve) {
	over, done := make(chan struct{}), make(chan curve)
	go func() {
		var seen curve
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if n, err := residentNow(pid); err == nil {
					seen = append(seen, n)
				}
			case <-over:
				done <- seen
				return
			}
		}
	}()
	return func() curve { close(over); return <-done }
}

// residentNow reads what a process has now; of one that has ended there is none.
func residentNow(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return readResident(string(content))
}

func readResident(status string) (float64, error) {
	_, after, _ := strings.Cut(status, "\nVmRSS:")
	line, _, _ := strings.Cut(after, "\n")
	kilobytes, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 64)
	return kilobytes * 1024, err
}

// thirds is the mean of the first and of the last third of the curve.
func (c curve) thirds() (first, last float64, err error) {
	n := len(c) / 3
	if n == 0 {
		return 0, 0, fmt.Errorf("%d samples of its memory are too few", len(c))
	}
	for i := range n {
		first += c[i] / float64(n)
		last += c[len(c)-1-i] / float64(n)
	}
	return first, last, nil
}
