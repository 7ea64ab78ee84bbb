package aurea

import (
	"fmt"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// Workers describes the workers of a run that several machines executed. Times
// are in seconds. In a Measurement it has Of with every worker, and LostShare;
// NewResult derives the rest.
type Workers struct {
	Count      int     `json:"count"`                // workers that took part
	Lost       int     `json:"lost"`                 // of them, those that fell silent before their last report
	LostShare  float64 `json:"lost_share,omitempty"` // of the run's load that the lost workers left undone
	Spread     float64 `json:"spread"`               // of the workers' first starts, each after its first job was due
	EndSpread  float64 `json:"end_spread"`           // of the last ends of the workers that were not lost
	Bound      float64 `json:"bound"`                // largest error of a worker's clock
	LongestGap float64 `json:"longest_gap"`          // between two reports of a worker that was not lost
	Full       int     `json:"full"`                 // workers at which an arrival found all places taken
	Hosts      int     `json:"hosts"`                // machines, told apart by Boot
	// Unlike names the fields in which the workers' environments differ.
	Unlike []string         `json:"unlike,omitempty"`
	Of     []WorkerResult   `json:"of"` // at most MaxListedWorkers: the lost ones, then the latest to start jobs
	Rest   *WorkerRemainder `json:"rest,omitempty"`
}

// workersPerSecond is how many reports a second one service merges with a core
// to spare: see BenchmarkManyWorkers.
const workersPerSecond = 2_000

// ReportInterval returns the time between two reports of a worker, in a run of the
// given number of workers: whole seconds, so that one service keeps up with many.
func ReportInterval(workers int) time.Duration {
	return time.Second * time.Duration(max(1, (workers+workersPerSecond-1)/workersPerSecond))
}

// Find returns the index in Of of the worker with an ID or a name. The error is an
// ErrNotFound, or an InvalidError if several workers have the name.
func (w *Workers) Find(worker string) (int, error) {
	if w == nil {
		return 0, fmt.Errorf("%w: the run has no workers: its server executed it", ErrNotFound)
	}
	found := -1
	for i, of := range w.Of {
		switch {
		case of.ID == worker:
			return i, nil
		case of.Name == worker && found >= 0:
			return 0, param.Invalid("worker", "must be an ID: the result has several workers named %s", param.Describe(worker))
		case of.Name == worker:
			found = i
		}
	}
	if found < 0 {
		return 0, fmt.Errorf("%w: the run's result lists no worker with the name or ID %s", ErrNotFound, param.Describe(worker))
	}
	return found, nil
}

// MaxListedWorkers is how many workers a result describes one by one.
const MaxListedWorkers = 256

// A WorkerResult is one worker's part of a result. Times are in seconds.
type WorkerResult struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Host        string          `json:"host"`
	Boot        string          `json:"boot,omitempty"` // identifies the machine since its start
	Cores       int             `json:"cores"`
	State       string          `json:"state"` // WorkerEnded or WorkerLost
	Counts      Counts          `json:"counts"`
	Throughput  float64         `json:"throughput"`
	Latency     WorkerQuantiles `json:"latency"`
	Delay       WorkerQuantiles `json:"delay"`
	MaxInFlight int64           `json:"max_in_flight"`
	PeakFrom    float64         `json:"peak_from"`      // when MaxInFlight was reached first
	PeakUntil   float64         `json:"peak_until"`     // when MaxInFlight was last in flight
	Full        bool            `json:"full,omitempty"` // an arrival found all of its places taken
	CPU         float64         `json:"cpu"`            // share of its cores' time
	Offset      float64         `json:"offset"`         // of its clock, from the server's
	Bound       float64         `json:"bound"`          // of the error of Offset
	Drift       float64         `json:"drift"`          // change of Offset by the end
	FirstDue    float64         `json:"first_due"`      // when its first job was due: Plan.FirstDue of its shard
	FirstStart  float64         `json:"first_start"`    // of its first job, from the run's start; negative if none
	LastEnd     float64         `json:"last_end"`       // of its last job, from the run's start
	Reports     int64           `json:"reports"`
	LongestGap  float64         `json:"longest_gap"` // between two reports
	// Environment is given for every worker in a Measurement. A result keeps it
	// only if the workers' environments differ.
	Environment *Environment `json:"environment,omitempty"`
}

// WorkerQuantiles are two quantiles of a worker's times, in seconds.
type WorkerQuantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// The states of a worker at the end of a run.
const (
	WorkerEnded = "ended"
	WorkerLost  = "lost"
)

// A WorkerRemainder sums up the workers that a result does not list.
type WorkerRemainder struct {
	Count      int     `json:"count"`
	Counts     Counts  `json:"counts"`
	Throughput float64 `json:"throughput"`
}
