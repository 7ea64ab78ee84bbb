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
	cores, allCores int     // that the process may use at once; that it could without GOMAXPROCS and quota
	quota           float64 // of the cgroups, in cores; 0 for none
	throttled       time.Duration
	throttledNow    time.Duration // in loadWindow
	governor        string
	virtualization  string
	steal           float64 // share of the cores' time
	load            float64 // share of the cores' time that other processes used
	loadKnown       bool    // whether steal and load are
	loadAverage     float64 // processes, over a minute
	averageKnown    bool
	openFiles       int64
	firstPort       int
	lastPort        int
	availableMemory int64
	memoryLimit     int64 // of the cgroups; 0 for none
	clockSource     string
	clockRead       time.Duration // that reading the clock takes
	naps            int           // sleeps that were measured
	overshoot       time.Duration // p99 of how late they ended
}

const (
	loadWindow = time.Second
	allNaps    = 500
	nap        = time.Millisecond
	clockReads = 10_000
)

// examine reads the facts of this machine.
func examine(ctx context.Context) machine {
	m := machine{
		cores:           runtime.GOMAXPROCS(0),
		allCores:        runtime.NumCPU(),
		governor:        platform.CPUGovernor(),
		virtualization:  platform.Virtualization(),
		openFiles:       platform.OpenFileLimit(),
		availableMemory: platform.AvailableMemory(),
		memoryLimit:     platform.CgroupMemoryLimit(),
		clockSource:     platform.ClockSource(),
		clockRead:       clockCost(),
	}
	m.loadAverage, m.averageKnown = platform.LoadAverage()
	m.firstPort, m.lastPort = platform.PortRange()
	m.measureLoad(ctx)
	m.measureOvershoot(ctx)
	return m
}

// measureLoad measures for a while what others take of the cores. This process
// only waits meanwhile.
func (m *machine) measureLoad(ctx context.Context) {
	_, throttled := platform.CgroupCPU()
	start, busy, own, stolen := time.Now(), platform.BusyCPU(), platform.ProcessCPU(), platform.StolenCPU()
	select {
	case <-time.After(loadWindow):
		m.loadKnown = busy > 0
	case <-ctx.Done():
	}
	whole := time.Since(start).Seconds() * float64(runtime.NumCPU())
	others := platform.BusyCPU() - busy - (platform.ProcessCPU() - own)
	m.load = min(max(others.Seconds()/whole, 0), 1) // the kernel counts in ticks
	m.steal = min((platform.StolenCPU()-stolen).Seconds()/whole, 1)
	m.quota, m.throttled = platform.CgroupCPU()
	m.throttledNow = m.throttled - throttled
}

// measureOvershoot measures how late short sleeps end, as the engine sleeps.
func (m *machine) measureOvershoot(ctx context.Context) {
	measured := make(chan []time.Duration)
	go func() {
		platform.OwnThread()
		var late []time.Duration
		for len(late) < allNaps && ctx.Err() == nil {
			start := time.Now()
			platform.KernelSleep(nap)
			late = append(late, time.Since(start)-nap)
		}
		measured <- late
	}()
	late := <-measured
	if m.naps = len(late); m.naps > 0 {
		slices.Sort(late)
		m.overshoot = max(late[(len(late)*99+99)/100-1], 0)
	}
}

// clockCost returns how long reading the clock takes.
func clockCost() time.Duration {
	start := time.Now()
	for range clockReads {
		_ = time.Now()
	}
	return time.Since(start) / clockReads
}
