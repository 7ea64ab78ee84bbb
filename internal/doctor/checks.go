package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The limits beyond which a property is a warning.
const (
	minCores     = 2
	maxSteal     = 0.02 // beyond it, validity is cpu_steal
	maxLoad      = 0.10
	minOpenFiles = 10_000 // the connections of http jobs
	minPorts     = 10_000
	minMemory    = 512 << 20
	maxClockRead = 200 * time.Nanosecond
	maxOvershoot = time.Millisecond // beyond it, validity is delay
)

// fastClocks are the clock sources that are read without a system call.
var fastClocks = []string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "arch_mct_tick"}

// checks is the table of what is examined. advice is for a warning.
var checks = []struct {
	name   string
	judge  func(m machine) (value string, state State)
	advice string
}{
	{"cores", func(m machine) (string, State) {
		return strconv.Itoa(m.cores), warnIf(m.cores < minCores)
	}, "generator and target share one core: use a machine with more, or run the load on workers"},
	{"cpu quota", func(m machine) (string, State) {
		if m.quota == 0 {
			return "none", OK
		}
		return fmt.Sprintf("%.3g cores, throttled for %v so far", m.quota, m.throttled), Warning
	}, "the kernel stops a process that has used its quota: give the container whole cores (cpuset), or no CPU limit"},
	{"governor", func(m machine) (string, State) {
		if m.governor == "" {
			return "", Unknown
		}
		return m.governor, warnIf(m.governor != "performance")
	}, "cores change their speed during a run: sudo cpupower frequency-set -g performance"},
	{"virtualization", func(m machine) (string, State) {
		if m.virtualization == "" {
			return "none found", OK
		}
		return m.virtualization, OK
	}, ""},
	{"steal", func(m machine) (string, State) {
		return share(m.steal), warnIf(m.steal > maxSteal)
	}, "the hypervisor gives this machine's cores to others: use an instance with cores of its own"},
	{"other load", func(m machine) (string, State) {
		if !m.loadKnown {
			return "", Unknown
		}
		return share(m.load) + " of the cores", warnIf(m.load > maxLoad)
	}, "other programs compute: stop them; top shows which they are"},
	{"open files", func(m machine) (string, State) {
		if m.openFiles == 0 {
			return "", Unknown
		}
		return strconv.FormatInt(m.openFiles, 10), warnIf(m.openFiles < minOpenFiles)
	}, "each connection is a file: ulimit -n 65536"},
	{"ports", func(m machine) (string, State) {
		if m.ports == 0 {
			return "", Unknown
		}
		return strconv.Itoa(m.ports), warnIf(m.ports < minPorts)
	}, `connections to one target need a port each: sudo sysctl net.ipv4.ip_local_port_range="1024 65535"`},
	{"memory", func(m machine) (string, State) {
		if m.availableMemory == 0 {
			return "", Unknown
		}
		return fmt.Sprintf("%d MiB available", m.availableMemory>>20), warnIf(m.availableMemory < minMemory)
	}, "memory runs short: stop other programs, or run with --include-jobs=false and less in flight"},
	{"clock source", func(m machine) (string, State) {
		if m.clockSource == "" {
			return "", Unknown
		}
		return m.clockSource, warnIf(!slices.Contains(fastClocks, m.clockSource))
	}, "reading the time is slow: use tsc, if /sys/devices/system/clocksource/clocksource0/available_clocksource has it"},
	{"clock read", func(m machine) (string, State) {
		return m.clockRead.String(), warnIf(m.clockRead > maxClockRead)
	}, "every job reads the clock: see clock source, and stop other programs"},
	{"timer", func(m machine) (string, State) {
		value := fmt.Sprintf("p99 of %d sleeps was %v late", naps, m.overshoot.Round(time.Microsecond))
		return value, warnIf(m.overshoot > maxOvershoot)
	}, "jobs start late: stop other programs, use more cores, or a kernel with high-resolution timers"},
}

func warnIf(bad bool) State {
	if bad {
		return Warning
	}
	return OK
}

// share writes a share as a percentage.
func share(of float64) string { return fmt.Sprintf("%.1f %%", 100*of) }
