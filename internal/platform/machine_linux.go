package platform

import (
	"strconv"
	"strings"
)

// KernelVersion returns the version of the running kernel. It is "" if it cannot
// be read.
func KernelVersion() string { return readFile(procMount + "/sys/kernel/osrelease") }

// CPUGovernor returns the frequency governor of the first core. It is "" if
// there is none.
func CPUGovernor() string { return cpuGovernor(sysMount) }

func cpuGovernor(sys string) string {
	return readFile(sys + "/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

// ClockSource returns what the kernel reads the time from, such as tsc. It is
// "" if it cannot be read.
func ClockSource() string { return clockSource(sysMount) }

func clockSource(sys string) string {
	return readFile(sys + "/devices/system/clocksource/clocksource0/current_clocksource")
}

// PortRange returns the ports that connections of this machine begin from,
// first and last. Both are 0 if they cannot be read.
func PortRange() (first, last int) { return portRange(procMount) }

func portRange(proc string) (first, last int) {
	fields := strings.Fields(readFile(proc + "/sys/net/ipv4/ip_local_port_range"))
	if len(fields) != 2 {
		return 0, 0
	}
	first, errFirst := strconv.Atoi(fields[0])
	last, errLast := strconv.Atoi(fields[1])
	if errFirst != nil || errLast != nil {
		return 0, 0
	}
	return first, last
}
