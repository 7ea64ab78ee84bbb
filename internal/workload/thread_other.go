//go:build !linux

package workload

import "time"

var processStart = time.Now()

// threadTime is the time itself where a thread's own is not known: a wait for a
// core then counts as having one.
func threadTime() time.Duration { return time.Since(processStart) }

// threadFaults is not known.
func threadFaults() int64 { return 0 }
