//go:build !linux

package platform

// ThreadPageFaults returns 0: page faults of a thread are not counted here.
func ThreadPageFaults() int64 { return 0 }
