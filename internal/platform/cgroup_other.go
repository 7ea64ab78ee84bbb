//go:build !linux

package platform

import "time"

// CgroupMemoryLimit returns 0: there are no cgroups.
func CgroupMemoryLimit() int64 { return 0 }

// CgroupCPU returns 0 and 0: there are no cgroups.
func CgroupCPU() (cores float64, throttled time.Duration) { return 0, 0 }

// CgroupThrottled returns 0: there are no cgroups.
func CgroupThrottled() time.Duration { return 0 }
