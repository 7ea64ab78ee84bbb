package engine

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Returns are jobs that a lane had claimed when the concurrency was lowered, and
// has no room for any more. They go to whoever has room before any others do.
type returns struct {
	count atomic.Int64 // of them; nobody takes the lock while there are none
	mu    sync.Mutex
	jobs  []claimed // in order
}

// Claimed are jobs that somebody is to start, [first, end). Of an arrival there
// is also its mark on the schedule.
type claimed struct {
	first, end int64
	mark       float64
}

func (r *returns) put(jobs claimed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, _ := slices.BinarySearchFunc(r.jobs, jobs, func(a, b claimed) int { return cmp.Compare(a.first, b.first) })
	r.jobs = slices.Insert(r.jobs, at, jobs)
	r.count.Add(1)
}

// some reports whether there are any.
func (r *returns) some() bool { return r.count.Load() > 0 }

// take gives away the first of them, if it is wanted.
func (r *returns) take(wanted func(claimed) bool) (claimed, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.jobs) == 0 || !wanted(r.jobs[0]) {
		return claimed{}, false
	}
	first := r.jobs[0]
	r.jobs = r.jobs[1:]
	r.count.Add(-1)
	return first, true
}

// anyJobs wants whatever was returned.
func anyJobs(claimed) bool { return true }
