package platform

// KernelVersion returns the version of the running kernel. It is "" if it cannot
// be read.
func KernelVersion() string { return readFile(procMount + "/sys/kernel/osrelease") }

// CPUGovernor returns the frequency governor of the first core. It is "" if
// there is none.
func CPUGovernor() string {
	return readFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}
