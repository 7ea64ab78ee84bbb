package doctor

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// A machine is what was read of a machine. A field that cannot be read is 0 or
// "".
type machine struct {
	cores           int     // that the process may use at once
	quota           float64 // of the cgroup, in cores; 0 for none
	throttled       time.Duration
	governor        string
	virtualization  string
	steal           float64 // share of the cores' time
	load            float64 // share of the cores' time that other processes used
	loadKnown       bool
	openFiles       int64
	ports           int
	availableMemory int64
	clockSource     string
	clockRead       time.Duration // that reading the clock takes
	overshoot       time.Duration // p99 of how late a sleep of a millisecond ends
}

const (
	loadWindow = 500 * time.Millisecond
	naps       = 200
	nap        = time.Millisecond
	clockReads = 10_000
)

// examine reads the facts of this machine.
func examine(ctx context.Context) machine {
	m := machine{
		cores:           runtime.GOMAXPROCS(0),
		throttled:       platform.ContainerThrottled(),
		governor:        platform.CPUGovernor(),
		virtualization:  platform.Virtualization(),
		openFiles:       platform.OpenFileLimit(),
		availableMemory: platform.AvailableMemory(),
		clockSource:     platform.ClockSource(),
		clockRead:       clockCost(),
	}
	m.quota, _ = platform.ContainerLimits()
	if first, last := platform.PortRange(); last > 0 {
		m.ports = last - first + 1
	}
	m.measureLoad(ctx)
	m.overshoot = sleepOvershoot(ctx)
	return m
}

// measureLoad measures for a while what others use of the cores. This process
// only waits meanwhile.
func (m *machine) measureLoad(ctx context.Context) {
	start, busy, stolen := time.Now(), platform.BusyCPU(), platform.StolenCPU()
	select {
	case <-time.After(loadWindow):
	case <-ctx.Done():
	}
	whole := time.Since(start).Seconds() * float64(runtime.NumCPU())
	m.loadKnown = busy > 0
	m.load = (platform.BusyCPU() - busy).Seconds() / whole
	m.steal = (platform.StolenCPU() - stolen).Seconds() / whole
}

// clockCost returns how long reading the clock takes.
func clockCost() time.Duration {
	start := time.Now()
	for range clockReads {
		_ = time.Now()
	}
	return time.Since(start) / clockReads
}

// sleepOvershoot returns the p99 of how late short sleeps end.
func sleepOvershoot(ctx context.Context) time.Duration {
	var late []time.Duration
	for range naps {
		if ctx.Err() != nil {
			break
		}
		start := time.Now()
		time.Sleep(nap)
		late = append(late, time.Since(start)-nap)
	}
	if len(late) == 0 {
		return 0
	}
	slices.Sort(late)
	return late[len(late)*99/100]
}
