package aurea

import (
	"context"
	"errors"
)

// ErrHandedOver is what an execution returns that was left to the next server:
// its jobs go on elsewhere.
var ErrHandedOver = errors.New("the run is left to the next server")

// A Claim is what a server holds of a run while it executes it. Another server
// takes the run over when this one dies: with the next epoch, and with what this
// one has noted. A server with a lower epoch than the highest one is refused,
// by the store and by the run's workers.
type Claim struct {
	Run   string // its ID
	Epoch uint64 // 1 for the server that begins the run, one more for each that takes it over
	Noted []byte // what the last server has noted; nil at the beginning

	// Note keeps, durably, what the next server needs to take the run over; nil
	// if it cannot be taken over. It replaces what was noted before. After an
	// ErrConflict the run is another server's. It is safe for concurrent use and
	// does not retain noted.
	Note func(ctx context.Context, noted []byte) error
	// HandOver is closed when this server ends and the next one is to take the
	// run over. An execution that can be taken over then leaves its jobs as they
	// are and returns ErrHandedOver. Nil stays open.
	HandOver <-chan struct{}
}
