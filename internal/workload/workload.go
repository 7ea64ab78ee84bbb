// Package workload is the kinds of job: what a job does, one file a kind, and
// the table that names them.
//
// Its stance: a job is a pure function of the run's seed and the job's number,
// so that a run can be repeated, and cut into shards, exactly. A kind says what
// a job does; when it starts and how it is measured is the engine's business.
// What a job may do to this machine and to others is the operator's: a Host
// says it, and its zero value is the safest there is.
//
// In the flow it stands between Plan and jobs. To add a kind, write its file
// and add its line to the table: the API, the command's help, the docs' check
// and the page read the table.
package workload

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Runner is a workload whose jobs do something. The engine calls it from as
// many goroutines at once as jobs are in flight.
type Runner interface {
	// Run does the job of that number. It returns when the job has ended, or soon
	// after ctx is done, which is when the run is stopped, or after ctx's deadline,
	// which is when the job's timeout is over; then the error is, or wraps,
	// context.Canceled or context.DeadlineExceeded. ctx is the job's until Run
	// returns, and need not be done when its deadline has passed. Any other error is the
	// job's failure; a *Failure says of which class. notes is the job's alone until
	// Run returns, and has room for what the kind says that it measures.
	Run(ctx context.Context, job int64, notes Notes) error
}

// MostRunning is how many jobs of any Runner may be in flight at once: each takes a
// goroutine, and some kilobytes. Kinds may allow fewer.
const MostRunning = 100_000

// A Failure is a job's error with the class that it is counted under.
type Failure struct {
	Class string // one word, of a small set
	Err   error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error itself.
func (f *Failure) Unwrap() error { return f.Err }

// A Waiter is a workload whose jobs only wait. The engine calls it from several
// goroutines at once and keeps no goroutine for a job.
type Waiter interface {
	// Wait is how long the job of that number waits: the same whenever it is
	// asked, from 0 to Longest.
	Wait(job int64) time.Duration
	// Longest is a bound on what Wait returns; 0 says that no job waits at all.
	Longest() time.Duration
}

// A Queue is a Waiter whose jobs wait for each other: how long one waits is
// settled by the moment that it starts, and by who is there before it. Wait may
// be called for jobs that have entered and not left.
type Queue interface {
	Waiter
	// Enter has a job start to wait at the given moment of the run. It is called
	// once a job, about in the order of the moments.
	Enter(job int64, at time.Duration)
	// Leave is called once a job, after its end, unless the run is stopped.
	Leave(job int64)
}

// Jobs are the jobs of a run: of a Waiter or of a Runner.
type Jobs struct {
	Waiter   Waiter
	Runner   Runner         // when there is no Waiter
	Faults   *Faults        // of a Waiter; a Runner's jobs have theirs in them
	Measures aurea.Measures // what a Runner's jobs note
	Longest  time.Duration  // that a Runner's job may take where the spec has no timeout; 0 when nothing limits it
	// MostInFlight is how many of a Runner's jobs may run at once.
	MostInFlight int64
	Part         func(int64) int // which of the measures' parts a job is of; nil without parts
	close        []func()
}

// Close lets go of what the jobs have held since they were opened: connections,
// files. It is called once, when none of them runs any more.
func (j Jobs) Close() {
	for _, close := range j.close {
		close()
	}
}

// A kind is one row of the table. It has one of waits and runs.
type kind struct {
	aurea.Kind
	// waits makes jobs that only wait, from checked parameters: every one with a
	// default is there, in its Go type.
	waits func(values map[string]any, seed uint64) Waiter
	// runs makes jobs that do something. It may take what they need, such as files;
	// an error means that it could not, and fails the run.
	runs func(o opening) (Jobs, error)
	// check, unless nil, finds what single parameters do not show: parameters that
	// do not go together, or more than the host gives. The locations in its error
	// are those of the workload's parameters.
	check func(values map[string]any, p place) error
	// measures, unless nil, is what jobs with these parameters measure, instead of
	// Measures.
	measures func(values map[string]any) aurea.Measures
	// absent, unless "", says why the host does not offer the kind, and what would
	// have it do so.
	absent string
	// punctual kinds look at their context's deadline themselves. The contexts of the
	// others are done by then, which costs a timer a job.
	punctual bool
	// connects is whether each job in flight may hold a connection.
	connects bool
	// opensFile is whether each job in flight has a file open.
	opensFile bool
	// holds, unless nil, lists the workloads that jobs are made of.
	holds func(values map[string]any) []nested
}

// An opening is what a kind makes its jobs of.
type opening struct {
	ctx    context.Context // of opening them; the jobs have their own
	host   Host
	values map[string]any
	seed   uint64
}

// A place is where a workload shall run: on which host, and how many jobs of it
// at once; 0 where only the run will show.
type place struct {
	host     Host
	inFlight int64
}

// table is the kinds of job, with those that the host does not offer.
func (h Host) table() []kind {
	return []kind{
		sleep,
		noop,
		station,
		cpu,
		web,
		memory,
		disk,
		program(h),
		mix(),
		steps(),
	}
}
