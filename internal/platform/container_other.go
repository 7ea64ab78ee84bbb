//go:build !linux

package platform

import "time"

// ContainerLimits returns 0 and 0, which means no limit: there are no cgroups.
func ContainerLimits() (cpus float64, memory uint64) { return 0, 0 }

// ContainerThrottled returns 0: nothing is throttled.
func ContainerThrottled() time.Duration { return 0 }
