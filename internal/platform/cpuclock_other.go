//go:build !linux

package platform

import "time"

var processStart = time.Now()

// ThreadCPU returns the wall time since the process started, because the CPU
// time of a thread is not read here. A wait for a core counts as CPU time then.
func ThreadCPU() time.Duration { return time.Since(processStart) }
