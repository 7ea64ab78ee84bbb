//go:build unix

package torture

import (
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
)

// leaseMargin is how long after its lease a worker's request may arrive.
const leaseMargin = 200 * time.Millisecond

// check checks what holds for every run that has ended: each planned job has one
// outcome, in the sum and for each worker; the target saw the jobs that ended,
// each once, and none after its worker's lease.
func (r *rig) check(run aurea.Run) {
	r.t.Helper()
	r.verify()
	if run.Result == nil {
		return
	}
	counts := run.Result.Counts
	if err := counts.Check(); err != nil {
		r.t.Error(err)
	}
	var sum aurea.Counts
	for _, w := range run.Result.Workers.Of {
		if err := w.Counts.Check(); err != nil {
			r.t.Errorf("worker %s: %v", w.Name, err)
		}
		sum.Planned += w.Counts.Planned
		for _, o := range aurea.Outcomes() {
			addOutcome(&sum, o, w.Counts.Of(o))
		}
	}
	if sum != counts {
		r.t.Errorf("the workers' counts add up to %+v, want %+v", sum, counts)
	}
	r.checkArrivals(run.Result)
}

func addOutcome(c *aurea.Counts, o aurea.Outcome, n int64) {
	switch o {
	case aurea.OK:
		c.OK += n
	case aurea.Failed:
		c.Failed += n
	case aurea.TimedOut:
		c.Timeout += n
	case aurea.Cancelled:
		c.Cancelled += n
	case aurea.Dropped:
		c.Dropped += n
	default:
		c.Lost += n
	}
}

// checkArrivals compares the requests that the target saw with a result.
func (r *rig) checkArrivals(result *aurea.Result) {
	r.t.Helper()
	workers, again := r.workersOfJobs(result), startGivenUp(result)
	seen := map[int64]bool{}
	for _, a := range r.target.seen() {
		if seen[a.job] && !again {
			r.t.Errorf("job %d came twice", a.job)
		}
		seen[a.job] = true
		w := workers(a.job)
		if w == nil {
			r.t.Errorf("job %d is no worker's", a.job)
			continue
		}
		until := w.proxy.leaseAt(a.at)
		if again { // then the workers may have been dealt in another order
			until = r.latestLease(a.at)
		}
		if late := a.at.Sub(until); late > leaseMargin {
			r.t.Errorf("job %d of worker %s came %s after the lease", a.job, w.name, late)
		}
	}
	if ok := result.Counts.OK; int64(len(seen)) < ok {
		r.t.Errorf("the target saw %d jobs, and %d ended ok", len(seen), ok)
	}
}

// latestLease returns when the last lease ends that any worker has at a moment.
func (r *rig) latestLease(moment time.Time) (latest time.Time) {
	for _, w := range r.workers {
		if until := w.proxy.leaseAt(moment); until.After(latest) {
			latest = until
		}
	}
	return latest
}

// workersOfJobs returns a function that returns the worker of a job. The shards
// are dealt to the workers in the order of their names.
func (r *rig) workersOfJobs(result *aurea.Result) func(job int64) *worker {
	took := map[string]bool{}
	for _, w := range result.Workers.Of {
		took[w.Name] = true
	}
	var members []*worker
	var weights []int
	for _, w := range r.workers {
		if took[w.name] {
			members = append(members, w)
			weights = append(weights, 1)
		}
	}
	owner := map[int64]*worker{}
	for i, shard := range aurea.NewPlan(result.Spec, result.Seed).Shards(weights) {
		for k := int64(0); k < shard.Jobs && shard.Deal.Job(k) < 100_000; k++ {
			owner[shard.Deal.Job(k)] = members[i]
		}
	}
	return func(job int64) *worker { return owner[job] }
}

// exact wants a completed run in which every planned job ended ok, and reached
// the target.
func (r *rig) exact(run aurea.Run) {
	r.t.Helper()
	if run.Status != aurea.StatusCompleted || run.Result == nil {
		r.t.Fatalf("the run is %s: %s", run.Status, run.Error)
	}
	if c := run.Result.Counts; c.OK != c.Planned || c.OK == 0 {
		r.t.Errorf("of %d planned jobs %d are ok: %+v", c.Planned, c.OK, c)
	}
	if n := int64(len(r.target.seen())); n != run.Result.Counts.OK && !startGivenUp(run.Result) {
		r.t.Errorf("the target saw %d requests, want %d", n, run.Result.Counts.OK)
	}
}

// exactBooks wants the books of a run whose workers stopped to have all of its
// jobs: none is lost, and the target saw those that were ok, and at most a few more
// that were in flight at the end of a lease.
func (r *rig) exactBooks(run aurea.Run) {
	r.t.Helper()
	const inFlight = 10
	c, seen := run.Result.Counts, int64(len(r.target.seen()))
	tooMany := seen > c.OK+inFlight && !startGivenUp(run.Result)
	if c.Lost != 0 || c.Cancelled == 0 || seen < c.OK || tooMany {
		r.t.Errorf("the target saw %d requests; the counts are %+v", seen, c)
	}
}

// startGivenUp reports whether the result says that some workers had begun jobs
// of an earlier start, and nothing of it counts. A busy machine has one now and
// then.
func startGivenUp(result *aurea.Result) bool {
	return slices.ContainsFunc(result.Warnings, func(warning string) bool {
		return strings.HasPrefix(warning, cluster.StartGivenUp)
	})
}

// reason returns the reason of a result with a code; nil if there is none.
func reason(result *aurea.Result, code string) *aurea.Reason {
	for i, reason := range result.Validity.Reasons {
		if reason.Code == code {
			return &result.Validity.Reasons[i]
		}
	}
	return nil
}

// failed wants a failed run with an invalid result that says why.
func (r *rig) failed(run aurea.Run) {
	r.t.Helper()
	if run.Status != aurea.StatusFailed || run.Result == nil {
		r.t.Fatalf("the run is %s: %s", run.Status, run.Error)
	}
	if run.Error == "" {
		r.t.Error("the run does not say why it failed")
	}
	if run.Result.Validity.State != aurea.Invalid {
		r.t.Errorf("the result is %s", run.Result.Validity.State)
	}
	if reason(run.Result, aurea.WorkerLostCode) == nil {
		r.t.Errorf("no reason of %+v is %s", run.Result.Validity.Reasons, aurea.WorkerLostCode)
	}
}
