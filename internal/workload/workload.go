// Package workload is the kinds of job: what a job does, one file a kind, and
// the table that names them.
//
// Its stance: a job is a pure function of the run's seed and the job's number,
// so that a run can be repeated, and cut into shards, exactly. A kind says what
// a job does; when it starts and how it is measured is the engine's business.
//
// In the flow it stands between Plan and jobs. To add a kind, write its file
// and add its line to the table: the API, the command's help, the docs' check
// and the page read the table.
package workload

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// Jobs is what a kind makes for a run: a Waiter or a Runner.
type Jobs any

// A Runner is a workload whose jobs do something. The engine calls it from as
// many goroutines at once as jobs are in flight.
type Runner interface {
	// Run does the job of that number. It returns when the job has ended, or soon
	// after ctx is cancelled, which is when the job's timeout is over or the run
	// is stopped; then the error is, or wraps, ctx's. Any other error is the
	// job's failure; a *Failure says of which class.
	Run(ctx context.Context, job int64) error
}

// MostRunning is how many jobs of a Runner may be in flight at once: each takes a
// goroutine, and some kilobytes.
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

// A kind is one row of the table.
type kind struct {
	aurea.Kind
	// make builds the workload of a run from checked parameters: every one with
	// a default is there, in its Go type.
	make func(values map[string]any, seed uint64) Jobs
	// check, unless nil, finds what single parameters do not show: parameters that
	// do not go together. The location is the parameter's name.
	check func(values map[string]any) *aurea.FieldError
}

// kinds is the table.
var kinds = []kind{
	sleep,
	noop,
	station,
	cpu,
}

// Kinds describes every kind, in the order of the table.
func Kinds() []aurea.Kind {
	described := make([]aurea.Kind, len(kinds))
	for i, k := range kinds {
		described[i] = k.Kind
		described[i].Failure = faultParameters
	}
	return described
}

// Check reports what is wrong with the workload of a plan: its kind, its
// parameters, or what the plan would do with them. The error is an
// *aurea.InvalidError.
func Check(plan aurea.Plan) error {
	if _, err := New(plan.Workload, 0); err != nil {
		return err
	}
	faults, err := NewFaults(plan.Workload, 0)
	if err != nil {
		return err
	}
	if faults.hang() && plan.Spec.Timeout == 0 {
		return wrongField("workload.failure.kind", "needs a timeout for the jobs, or those that hang would never end")
	}
	kind, err := ByName(plan.Workload.Kind)
	if most := kind.MostInFlight; err == nil && most > 0 && (plan.Spec.Concurrency > most || !plan.Open() && plan.Concurrency > most) {
		return wrongField("concurrency", fmt.Sprintf("must be at most %d with the workload %s, which takes a thread of execution for each job in flight", most, kind.Name))
	}
	return err
}

func wrongField(location, message string) *aurea.InvalidError {
	return &aurea.InvalidError{Fields: []aurea.FieldError{{Location: location, Message: message}}}
}

// New makes the workload of a run with the given seed. The error is an
// *aurea.InvalidError.
func New(w aurea.Workload, seed uint64) (Jobs, error) {
	for _, k := range kinds {
		if k.Name != w.Kind {
			continue
		}
		values, err := aurea.ReadParameters(k.Parameters, withoutFaults(w.Parameters), "workload")
		if err != nil {
			return nil, err
		}
		if k.check != nil {
			if wrong := k.check(values); wrong != nil {
				return nil, wrongField("workload."+wrong.Location, wrong.Message)
			}
		}
		return k.make(values, seed), nil
	}
	return nil, unknownKind(w.Kind)
}

func unknownKind(name string) error {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	message := fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name)
	return wrongField("workload.kind", message)
}

// ByName finds a kind; the error names those there are.
func ByName(name string) (aurea.Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			k.Failure = faultParameters
			return k.Kind, nil
		}
	}
	var invalid *aurea.InvalidError
	errors.As(unknownKind(name), &invalid)
	return aurea.Kind{}, invalid
}
