package workload

import "time"

// A Loop drives jobs of a Runner without a goroutine for each: one goroutine
// waits for all of them at once. It covers the usual course of a job; where a job
// takes another, Runner.Run finishes it.
//
// Attach, Open and Wake are safe for concurrent use. Everything else, also the
// methods of a Lane, belongs to the loop's goroutine.
type Loop interface {
	// Attach takes what a job needs, such as an open connection, and returns a
	// lane for one job after the other. It returns nil if it has none; the next job
	// that Runner.Run runs may provide it.
	Attach(owner any) Lane
	// Open is like Attach, but the lane's first job makes what it needs. It returns
	// nil if only Runner.Run can.
	Open(owner any) Lane
	// Wait calls ready with the owner of each lane whose job may go on, or which can
	// take no more jobs, and returns how many there were. Without any it waits until
	// there are, Wake is called, or the limit has passed; a limit of 0 does not wait.
	// It may return early.
	Wait(limit time.Duration, ready func(owner any)) int
	// Wake makes the current Wait return, or else the next.
	Wake()
	// IO names the interface of the system that the loop uses, for Environment.IO.
	IO() string
	// Close releases the loop. No lane may be attached.
	Close()
}

// A Lane runs one job at a time of a Loop.
type Lane interface {
	// Start starts a job, at the given time. metrics belong to the job until it
	// ends. If Start returns false, the caller detaches the lane and runs the job.
	Start(job int64, at time.Time, metrics JobMetrics) bool
	// Proceed continues the job. It returns when the job ended and its error, as
	// Runner.Run does. If it returns LaneLeaves, the caller detaches the lane and
	// runs the job. Without a job it returns LaneLeaves if the lane can take no other.
	Proceed() (state LaneState, end time.Time, err error)
	// Detach ends the use of the lane. It returns what Runner.Run needs in the
	// context to finish a job that has begun, as JobContext.Resuming sets it; nil if
	// none has.
	Detach() (begun any)
}

// A LaneState is how far a job is on its lane.
type LaneState int

// The states of a job.
const (
	LaneWaits  LaneState = iota // until it is ready again
	LaneEnded                   // the job has ended
	LaneLeaves                  // Runner.Run must finish it
)
