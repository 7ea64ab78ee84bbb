package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// withMemory returns a contender whose resident memory is sampled once a
// second.
func withMemory(c contender) contender {
	c.samplesMemory = true
	return c
}

// A curve is the resident memory of a process over time, in bytes.
type curve []float64

// watchMemory samples until stop is called, which returns the samples.
func watchMemory(pid int, every time.Duration) (stop func() curve) {
	over, done := make(chan struct{}), make(chan curve)
	go func() {
		var seen curve
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if n, err := readResidentOf(pid); err == nil {
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

// readResidentOf reads the resident memory of a process. It fails if the
// process has ended.
func readResidentOf(pid int) (float64, error) {
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

// thirds returns the means of the first and of the last third.
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
