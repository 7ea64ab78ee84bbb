package engine

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// requeued holds jobs that an event loop had claimed and had no slot for after
// the concurrency was lowered. Event loops take them before new jobs.
type requeued struct {
	count  atomic.Int64 // length of ranges; while it is 0, no event loop takes the lock
	mu     sync.Mutex
	ranges []jobRange // in order
}

// A jobRange is a range of claimed jobs, [first, end). For an arrival it also
// has the job's Schedule.Cumulative value.
type jobRange struct {
	first, end int64
	cumulative float64
}

// put inserts a range in order.
func (r *requeued) put(jobs jobRange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, _ := slices.BinarySearchFunc(r.ranges, jobs, func(a, b jobRange) int { return cmp.Compare(a.first, b.first) })
	r.ranges = slices.Insert(r.ranges, at, jobs)
	r.count.Add(1)
}

// hasAny reports whether there are jobs, without taking the lock.
func (r *requeued) hasAny() bool { return r.count.Load() > 0 }

// takeFirst removes and returns the first range if wanted reports true for it.
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

// anyRange accepts every range.
func anyRange(jobRange) bool { return true }
