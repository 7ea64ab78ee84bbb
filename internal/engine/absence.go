package engine

// An absence is how many jobs goroutines run after one that a loop could not end. It
// is one job at first, then twice as many each time, up to maxAbsence. It begins anew
// after the loop ran manyJobs.
type absence struct{ left, latest int }

const (
	maxAbsence = 1024
	manyJobs   = 64
)

// begin begins an absence after the loop ran the given number of jobs.
func (a *absence) begin(jobs int) {
	a.latest = min(max(2*a.latest, 1), maxAbsence)
	if jobs >= manyJobs {
		a.latest = 1
	}
	a.left = a.latest
}

// lasts reports whether a goroutine must run the next job, which it counts.
func (a *absence) lasts() bool {
	if a.left == 0 {
		return false
	}
	a.left--
	return true
}
