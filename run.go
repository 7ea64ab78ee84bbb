package aurea

import (
	"fmt"
	"slices"
	"time"
)

// A Status is where a run is in its life.
type Status string

// The statuses.
const (
	StatusQueued      Status = "queued"
	StatusRunning     Status = "running"
	StatusCompleted   Status = "completed"   // every planned job was accounted for
	StatusFailed      Status = "failed"      // the run could not be executed
	StatusCancelled   Status = "cancelled"   // somebody asked for it
	StatusInterrupted Status = "interrupted" // the service ended before the run did
)

// transitions is the life of a run:
//
//	from     │ to        │ when
//	─────────┼───────────┼──────────────────────────────────────────────
//	queued   │ running   │ its turn has come
//	queued   │ cancelled │ cancelled, or its client went away, while waiting
//	queued   │ interrupted │ the service ends
//	running  │ completed │ every job was accounted for
//	running  │ failed    │ the plan could not be executed
//	running  │ cancelled │ cancelled, or its client went away; partial result
//	running  │ interrupted │ the service ends; partial result
//
// A finished run never changes.
var transitions = map[Status][]Status{
	StatusQueued:  {StatusRunning, StatusCancelled, StatusInterrupted},
	StatusRunning: {StatusCompleted, StatusFailed, StatusCancelled, StatusInterrupted},
}

// Statuses lists all of them, in the order of a life.
func Statuses() []Status {
	return []Status{StatusQueued, StatusRunning, StatusCompleted, StatusFailed, StatusCancelled, StatusInterrupted}
}

// Finished reports whether the status is final.
func (s Status) Finished() bool { return len(transitions[s]) == 0 }

// A Run is one execution of a spec: its identity, where it is in its life, and
// its result when there is one. In what is handed out, Result is shared and
// must not be changed.
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
	Error         string            `json:"error,omitempty"`   // why a failed run failed
	Baseline      bool              `json:"baseline"`          // what later runs of this name are held against
	Timeline      []RunEvent        `json:"timeline"`          // what was done to it while it ran
	Damaged       string            `json:"damaged,omitempty"` // why what is kept of it cannot be trusted; then it has no result
	Digest        string            `json:"digest,omitempty"`  // of a stored finished run: sha256:…, over everything that is kept of it and does not change
}

// A RunEvent is something that was done to a running run from outside.
type RunEvent struct {
	At     time.Time `json:"at"`
	T      float64   `json:"t"`      // seconds since the run began
	Kind   string    `json:"kind"`   // pause, resume, load
	Detail string    `json:"detail"` // of a load: such as "rate 100 to 200"

	Rate        float64 `json:"rate,omitempty"`        // of a load: the new rate, if it was changed
	Concurrency int64   `json:"concurrency,omitempty"` // of a load: the new concurrency, if it was changed
}

// RunProgress is how far a running run has come: counts so far, rates of the
// last interval. Times are in seconds.
type RunProgress struct {
	Elapsed    float64 `json:"elapsed"`
	Remaining  float64 `json:"remaining"` // an estimate
	Started    int64   `json:"started"`
	OK         int64   `json:"ok"`
	Failed     int64   `json:"failed"`
	InFlight   int64   `json:"in_flight"`
	Throughput float64 `json:"throughput"`
	P50        float64 `json:"p50"`
	P99        float64 `json:"p99"`
	Paused     float64 `json:"paused,omitempty"` // how much of elapsed the run was paused
	Phase      Phase   `json:"phase,omitempty"`
	PhaseLeft  float64 `json:"phase_remaining,omitempty"` // how long the phase takes at most; absent where nothing tells
	Activity   string  `json:"activity,omitempty"`        // what there is to wait for, in words
}

// Move changes the status of a run at the given moment, if its life allows it;
// otherwise the error is an ErrConflict.
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
