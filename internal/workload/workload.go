// Package workload defines what a job does: the kinds of job, and the typed
// parameters that a spec resolves to.
//
// Its stance: a job is a pure function of the run's seed and the job's number,
// so that a run can be repeated, and cut into shards, exactly. A kind says what
// a job does; the engine decides when it starts and how it is measured. What
// jobs may do to this machine and to others is the operator's decision: a
// Policy states it, and its zero value is the safest.
//
// A workload is resolved once, where a run is accepted: Set.Resolve checks the
// parameters and returns them typed. Resolved.Open then only acquires what the
// jobs need, such as files and connections.
//
// Read this file first, then set.go and resolve.go. To add a kind, write its
// file and add its line to the table in the package kinds: the API, the
// command's help, the docs' check and the page read that table.
package workload

import (
	"context"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Kind is one row of the table of kinds.
type Kind struct {
	aurea.Kind

	// Resolve turns the values of the declared parameters, defaults included,
	// into a workload. It checks what the declarations do not express: parameters
	// that exclude each other, and what the policy does not allow. It acquires
	// nothing. Its error is an *aurea.InvalidError whose locations are relative
	// to the workload.
	Resolve func(values param.Values, scope Scope) (Resolved, error)

	// Unavailable, unless "", says why this host does not offer the kind, and
	// what makes it available.
	Unavailable string

	HonorsDeadline bool // jobs end at the deadline of their context; others get a timer that cancels it
	Connects       bool // each job in flight may hold a connection
	OpensFile      bool // each job in flight has a file open
	Nests          bool // jobs are made of other workloads
}

// A Runner is a workload whose jobs do something. The engine calls it from as
// many goroutines as jobs are in flight.
type Runner interface {
	// Run does the job with the given number. It returns when the job has ended,
	// or soon after ctx is done (the run is stopped) or ctx's deadline has passed
	// (the job's timeout). In both cases its error is, or wraps, context.Canceled
	// or context.DeadlineExceeded. Any other error is the job's failure; a
	// *Failure names its class.
	//
	// ctx and metrics belong to the job until Run returns. ctx need not be done
	// when its deadline has passed. metrics has room for the metrics that the
	// workload declares.
	Run(ctx context.Context, job int64, metrics JobMetrics) error
}

// MaxRunning is how many jobs of any Runner may be in flight at once: each
// takes a goroutine and some kilobytes. Kinds may allow fewer.
const MaxRunning = 100_000

// A Failure is a job's error with the class that it is counted under.
type Failure struct {
	Class string // one word, of a small set
	Err   error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error itself.
func (f *Failure) Unwrap() error { return f.Err }

// A Delayer is a workload whose jobs only wait. The engine calls it from
// several goroutines and keeps no goroutine for a job.
type Delayer interface {
	// Delay returns how long the job with the given number waits, from 0 to
	// MaxDelay. It returns the same delay each time.
	Delay(job int64) time.Duration
	// MaxDelay is an upper bound of Delay. 0 means that no job waits.
	MaxDelay() time.Duration
}

// A Queue is a Delayer whose jobs wait for each other: when a job starts, and
// which jobs are already there, decides how long it waits. Delay may be called
// for jobs that have entered and not left.
type Queue interface {
	Delayer
	// Enter adds a job that starts to wait at the given time of the run. It is
	// called once per job, approximately in the order of the times.
	Enter(job int64, at time.Duration)
	// Leave removes a job. It is called once per job, after the job's end, unless
	// the run is stopped.
	Leave(job int64)
}

// Jobs are the opened jobs of a run. They have either a Delayer or a Runner.
type Jobs struct {
	Delayer Delayer
	Runner  Runner  // if Delayer is nil
	Faults  *Faults // of a Delayer; a Runner includes its own
	// NewLoop, if not nil, makes a Loop for the jobs of the Runner.
	NewLoop func() (Loop, error)
	Metrics aurea.MetricNames // what a Runner's jobs report
	// DefaultTimeout limits a Runner's job if the spec has no timeout; 0 means no
	// limit.
	DefaultTimeout time.Duration
	MaxInFlight    int64           // of a Runner: how many jobs may run at once
	Part           func(int64) int // index in Metrics.Parts of a job's part; nil without parts
	Closers        []func()        // release what the jobs hold; Close calls them in order
}

// Close releases what the jobs acquired when they were opened, such as
// connections and files. Call it once, when no job runs any more.
func (j Jobs) Close() {
	for _, release := range j.Closers {
		release()
	}
}
