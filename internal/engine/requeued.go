package engine

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Returns are jobs that a lane had claimed when the concurrency was lowered, and
// has no room for any more. They go to whoever has room before any others do.
type requeued struct {
	count  atomic.Int64 // of them; nobody takes the lock while there are none
	mu     sync.Mutex
	ranges []jobRange // in order
}

// Claimed are jobs that somebody is to start, [first, end). Of an arrival there
// is also its mark on the schedule.
type jobRange struct {
	first, end int64
	cumulative float64
}

func (r *requeued) put(jobs jobRange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, _ := slices.BinarySearchFunc(r.ranges, jobs, func(a, b jobRange) int { return cmp.Compare(a.first, b.first) })
	r.ranges = slices.Insert(r.ranges, at, jobs)
	r.count.Add(1)
}

// some reports whether there are any.
func (r *requeued) hasAny() bool { return r.count.Load() > 0 }

// take gives away the first of them, if it is wanted.
func (r *requeued) takeFirst(wanted func(jobRange) bool) (jobRange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ranges) == 0 || !wanted(r.ranges[0]) {
		return jobRange{}, false
	}
	first := r.ranges[0]
	r.ranges = r.ranges[1:]
	r.count.Add(-1)
	return first, true
}

// anyJobs wants whatever was returned.
func anyRange(jobRange) bool { return true }
