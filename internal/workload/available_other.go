//go:build !linux

package workload

// groupMemory is not known here.
func groupMemory(_, _ string) int64 { return 0 }

// availableMemory is not known here.
func availableMemory(_, _ string) int64 { return 0 }
