//go:build !linux

package platform

// KernelVersion returns "": it is not read here.
func KernelVersion() string { return "" }

// CPUGovernor returns "": it is not read here.
func CPUGovernor() string { return "" }

// ClockSource returns "": it is not read here.
func ClockSource() string { return "" }

// PortRange returns 0: the range is not read here.
func PortRange() (first, last int) { return 0, 0 }
