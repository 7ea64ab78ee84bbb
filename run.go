package aurea

import (
	"fmt"
	"slices"
	"time"
)

// A Status is the state of a run.
type Status string

// The statuses.
const (
	StatusQueued      Status = "queued"
	StatusRunning     Status = "running"
	StatusCompleted   Status = "completed"   // every planned job was accounted for
	StatusFailed      Status = "failed"      // the run could not be executed, or lost its workers
	StatusCancelled   Status = "cancelled"   // a client or the command cancelled it
	StatusInterrupted Status = "interrupted" // the service stopped before the run ended
)

// transitions lists the possible next states of a run:
//
//	from     │ to          │ when
//	─────────┼─────────────┼─────────────────────────────────────────────
//	queued   │ running     │ it is first in the queue
//	queued   │ cancelled   │ it was cancelled, or its client disconnected
//	queued   │ interrupted │ the service stops
//	running  │ completed   │ every job is accounted for
//	running  │ failed      │ the plan cannot be executed
//	running  │ cancelled   │ as above; it has a partial result
//	running  │ interrupted │ the service stops; it has a partial result
//
// A finished run never changes.
var transitions = map[Status][]Status{
	StatusQueued:  {StatusRunning, StatusCancelled, StatusInterrupted},
	StatusRunning: {StatusCompleted, StatusFailed, StatusCancelled, StatusInterrupted},
}

// Statuses returns all statuses.
func Statuses() []Status {
	return []Status{StatusQueued, StatusRunning, StatusCompleted, StatusFailed, StatusCancelled, StatusInterrupted}
}

// Finished reports whether the status is final.
func (s Status) Finished() bool { return len(transitions[s]) == 0 }

// A Run is one execution of a spec: its identity, its state, and its result if it
// has one. Copies of a Run share the Result, which must not be changed.
type Run struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Labels        map[string]string `json:"labels"`
	Note          string            `json:"note"`
	Status        Status            `json:"status"`
	QueuePosition int               `json:"queue_position"` // 1 is next; 0 when not queued
	CreatedAt     time.Time         `json:"created_at"`
	StartedAt     *time.Time        `json:"started_at"`
	FinishedAt    *time.Time        `json:"finished_at"`
	Spec          Spec              `json:"spec"`
	Progress      *RunProgress      `json:"progress"`
	Result        *Result           `json:"result"`
	Samples       Samples           `json:"-"`                 // of the result, while the run is in memory
	Error         string            `json:"error,omitempty"`   // why a failed run failed
	Baseline      bool              `json:"baseline"`          // whether later runs of this name are compared with it
	Timeline      []RunEvent        `json:"timeline"`          // the controls applied to it, and changes of its server
	Damaged       string            `json:"damaged,omitempty"` // why the stored run is unusable; it then has no result
	Digest        string            `json:"digest,omitempty"`  // of a stored finished run: sha256:…
	Epoch         uint64            `json:"-"`                 // of the server that executes it; see Claim
}

// AsQueued returns the run as it was when it was submitted: queued, without times,
// progress, timeline and result.
func (r Run) AsQueued() Run {
	r.Status, r.StartedAt, r.FinishedAt = StatusQueued, nil, nil
	r.QueuePosition, r.Progress, r.Timeline = 0, nil, []RunEvent{}
	r.Result, r.Samples, r.Error, r.Digest = nil, Samples{}, "", ""
	return r
}

// A RunEvent is a control that was applied to a running run.
type RunEvent struct {
	At     time.Time `json:"at"`
	T      float64   `json:"t"`      // seconds from the run's start
	Kind   string    `json:"kind"`   // pause, resume, load; handed_over, adopted, assumed_interrupted
	Detail string    `json:"detail"` // for load: such as "rate 100 to 200"

	Rate        float64 `json:"rate,omitempty"`        // for load: the new rate, if changed
	Concurrency int64   `json:"concurrency,omitempty"` // for load: the new concurrency, if changed
}

// RunProgress is the progress of a running run: the counts so far and the rates
// of the last interval. Times are in seconds.
type RunProgress struct {
	Elapsed    float64 `json:"elapsed"`
	Remaining  float64 `json:"remaining"` // an estimate
	Started    int64   `json:"started"`
	OK         int64   `json:"ok"`
	Failed     int64   `json:"failed"`
	InFlight   int64   `json:"in_flight"`
	Throughput float64 `json:"throughput"`
	P50        float64 `json:"p50"`
	P90        float64 `json:"p90"`
	P99        float64 `json:"p99"`
	Paused     float64 `json:"paused,omitempty"` // part of elapsed in which the run was paused
	Phase      Phase   `json:"phase,omitempty"`
	PhaseLeft  float64 `json:"phase_remaining,omitempty"` // maximum time until the phase ends; absent if unknown
	Activity   string  `json:"activity,omitempty"`        // what the run waits for, in words
	SoFar      *SoFar  `json:"so_far,omitempty"`          // what it has measured; absent once it has finished
}

// Move changes the status of a run at the given time. The error is an ErrConflict
// if transitions does not allow it.
func (r *Run) Move(to Status, now time.Time) error {
	if !slices.Contains(transitions[r.Status], to) {
		return fmt.Errorf("%w: a run that is %s cannot become %s", ErrConflict, r.Status, to)
	}
	r.Status = to
	if to == StatusRunning {
		r.StartedAt = &now
	}
	if to.Finished() {
		r.FinishedAt = &now
	}
	return nil
}
