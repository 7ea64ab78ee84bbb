package main

import (
	"os"
	"runtime/debug"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// setMemoryLimit has Go collect garbage in time where a control group limits the memory
// of this process, unless GOMEMLIMIT says when. A fifth is left to what is not Go's:
// the database, and memory that jobs take from the system.
func setMemoryLimit() {
	if limit := platform.CgroupMemoryLimit(); limit > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit / 5 * 4)
	}
}
