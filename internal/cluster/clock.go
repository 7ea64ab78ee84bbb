package cluster

import "time"

// An Estimate relates a worker's clock to the coordinator's.
type Estimate struct {
	Offset time.Duration `json:"offset"` // worker's clock − coordinator's
	Bound  time.Duration `json:"bound"`  // largest possible error of Offset
}

// FromCoordinator converts a moment on the coordinator's clock to the worker's.
func (e Estimate) FromCoordinator(at int64) int64 { return at + int64(e.Offset) }

// ToCoordinator converts a moment on the worker's clock to the coordinator's.
func (e Estimate) ToCoordinator(at int64) int64 { return at - int64(e.Offset) }

// An Exchange is one request for a worker's clock. Sent and Received are on the
// coordinator's clock; Clock is the answer.
type Exchange struct{ Sent, Clock, Received int64 }

// Exchanges is how often a worker is asked for its clock before a run.
const Exchanges = 6

// NewEstimate returns the estimate of the quickest exchange (Cristian,
// "Probabilistic clock synchronization", 1989). The worker read its clock
// between Sent and Received, so the error is at most half of the time between
// them. Exchanges must not be empty.
func NewEstimate(exchanges []Exchange) Estimate {
	quickest := exchanges[0]
	for _, e := range exchanges[1:] {
		if e.Received-e.Sent < quickest.Received-quickest.Sent {
			quickest = e
		}
	}
	trip := quickest.Received - quickest.Sent
	return Estimate{
		Offset: time.Duration(quickest.Clock - (quickest.Sent + trip/2)),
		Bound:  time.Duration(trip - trip/2), // rounded up
	}
}
