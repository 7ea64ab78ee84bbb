//go:build !linux

package platform

import "time"

var processStart = time.Now()

// ThreadCPU returns the wall time since the process started, because the CPU
// time of a thread is not read here. A wait for a core counts as CPU time then.
func ThreadCPU() time.Duration { return time.Since(processStart) }

// ProcessCPU returns 0: the CPU time of the process is not read here.
func ProcessCPU() time.Duration { return 0 }

// BusyCPU returns 0: the CPU time of the machine is not read here.
func BusyCPU() time.Duration { return 0 }

// StolenCPU returns 0: the time taken by a hypervisor is not known.
func StolenCPU() time.Duration { return 0 }
