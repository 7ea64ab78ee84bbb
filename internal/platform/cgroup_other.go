//go:build !linux

package platform

// CgroupMemoryLimit returns 0: there are no cgroups.
func CgroupMemoryLimit() int64 { return 0 }
