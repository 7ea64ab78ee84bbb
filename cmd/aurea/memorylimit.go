package main

import (
	"os"
	"runtime/debug"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// setMemoryLimit sets Go's memory limit to four fifths of the cgroup's limit.
// It does nothing without a cgroup limit or if GOMEMLIMIT is set. The last
// fifth is for memory outside the Go heap: the database, and mappings of jobs.
func setMemoryLimit() {
	if limit := platform.CgroupMemoryLimit(); limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit / 5 * 4)
	}
}
