package grpcjob

import (
	"runtime/debug"
	"sync"
)

// gcPercent replaces the default GOGC while grpc jobs are open. grpc makes about
// 85 allocations a call of a small live heap, so at the default a quarter of the
// CPU time of a call is the garbage collector's.
const (
	gcPercent        = 400
	defaultGCPercent = 100
)

// gcUsers is how many workloads with grpc jobs are open.
var gcUsers struct {
	sync.Mutex
	n      int
	raised bool
}

// raiseGCPercent makes the garbage collector run less often until release is
// called, unless the user has set GOGC. The memory limit still holds.
func raiseGCPercent() (release func()) {
	gcUsers.Lock()
	defer gcUsers.Unlock()
	if gcUsers.n++; gcUsers.n == 1 {
		before := debug.SetGCPercent(gcPercent)
		if gcUsers.raised = before == defaultGCPercent; !gcUsers.raised {
			debug.SetGCPercent(before)
		}
	}
	return sync.OnceFunc(func() {
		gcUsers.Lock()
		defer gcUsers.Unlock()
		if gcUsers.n--; gcUsers.n == 0 && gcUsers.raised {
			debug.SetGCPercent(defaultGCPercent)
		}
	})
}
