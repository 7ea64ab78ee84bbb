package workload

import (
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// unknownMemory stands for the memory of a machine that does not tell it.
const unknownMemory = 2 << 30

// halfTheMemory is half the memory that was available when it was first asked
// for; that a plan is accepted does not depend on the moment.
var halfTheMemory = sync.OnceValue(func() int64 {
	if available := platform.AvailableMemory(); available > 0 {
		return available / 2
	}
	return unknownMemory / 2
})
