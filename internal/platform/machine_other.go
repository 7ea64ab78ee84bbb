//go:build !linux

package platform

// KernelVersion returns "": it is not read here.
func KernelVersion() string { return "" }

// CPUGovernor returns "": it is not read here.
func CPUGovernor() string { return "" }
