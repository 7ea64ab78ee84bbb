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

// thirds is the mean of each third of the curve.
func (c curve) thirds() (means [3]float64, err error) {
	n := len(c) / 3
	if n == 0 {
		return means, fmt.Errorf("%d samples of its memory are too few", len(c))
	}
	for third, from := range []int{0, (len(c) - n) / 2, len(c) - n} {
		for _, resident := range c[from : from+n] {
			means[third] += resident / float64(n)
		}
	}
	return means, nil
}
