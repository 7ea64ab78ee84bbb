package aurea

import "time"

// A Worker is a process that a server knows of and that executes shards of runs.
// Times are in seconds.
type Worker struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	State    WorkerState       `json:"state"`
	Reason   string            `json:"reason,omitempty"` // why it is refused
	Labels   map[string]string `json:"labels"`
	Version  string            `json:"version"` // of Aurea
	Arch     string            `json:"arch"`    // such as amd64
	Cores    int               `json:"cores"`
	CPU      string            `json:"cpu"` // the processor's model
	Host     string            `json:"host"`
	Offset   float64           `json:"offset"`        // of its clock, from the server's, when last measured
	Bound    float64           `json:"bound"`         // of the error of Offset; 0 if it was never measured
	Run      string            `json:"run,omitempty"` // id of the run that it is reserved for or executes
	LastSeen time.Time         `json:"last_seen"`
}

// A WorkerState is what a worker does.
type WorkerState string

// The states of a worker.
const (
	WorkerIdle     WorkerState = "idle"     // ready for a run
	WorkerReserved WorkerState = "reserved" // prepared for a run that has not started
	WorkerRunning  WorkerState = "running"
	WorkerDraining WorkerState = "draining" // finishes its shard and takes no other
	WorkerRefused  WorkerState = "refused"  // cannot work for this server; Reason says why
	WorkerGone     WorkerState = "gone"     // silent
)

// WorkerStates returns all states, in the order of a worker's life.
func WorkerStates() []WorkerState {
	return []WorkerState{WorkerIdle, WorkerReserved, WorkerRunning, WorkerDraining, WorkerRefused, WorkerGone}
}
