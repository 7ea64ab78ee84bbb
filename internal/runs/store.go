package runs

import (
	"context"
	"iter"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Store keeps runs. Its methods may be called concurrently; what they return
// belongs to the caller. An unknown id is an aurea.ErrNotFound; a run
// that is not what was kept is an aurea.ErrDamaged, and marked in a list; what cannot be
// written because the disk is full or the database is away is an
// aurea.ErrUnavailable and leaves everything as it was.
type Store interface {
	// Create keeps a queued run; when it returns, the run is durable. With a key
	// that came before it keeps nothing and returns the run that the key made, or,
	// if the body was another, an aurea.ErrMismatch.
	Create(ctx context.Context, run aurea.Run, by aurea.Submission) (aurea.Run, error)
	// Save keeps what changed of a run that has not finished: its status, times,
	// progress and timeline. A finished one is an aurea.ErrConflict.
	Save(ctx context.Context, run aurea.Run) error
	// Finish keeps a finished run with its result, the result's tally and detail
	// and its jobs' records, and returns its digest. A run finishes once: to keep
	// the same end again changes nothing, another one is an aurea.ErrConflict. The
	// exception is a run that Recover of another server interrupted although its
	// owner lived: the owner's end replaces that one.
	Finish(ctx context.Context, run aurea.Run) (digest string, err error)
	// Get returns a run, with its result when there is one, without tally, detail
	// and jobs.
	Get(ctx context.Context, id string) (aurea.Run, error)
	// List returns a page of runs, newest first. A bad cursor is an
	// aurea.ErrInvalid.
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	// Change changes what may be changed and returns the run.
	Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error)
	// Delete forgets a finished run; one that has not is an aurea.ErrConflict.
	Delete(ctx context.Context, id string) error
	// Tally returns the histograms of a finished run's judged part; an
	// aurea.ErrNotFound when it has none.
	Tally(ctx context.Context, id string) (*aurea.Tally, error)
	// Jobs yields the records of a finished run's jobs in their order, reading as
	// it goes: memory does not grow with their number. After an error it ends.
	Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error]

	// Verify is nil when all that is kept of a finished run is what was written, an
	// aurea.ErrDamaged when it is not.
	Verify(ctx context.Context, id string) error
	// Check verifies finished runs, one after the other, for about as long as it
	// may take, and goes on there the next time.
	Check(ctx context.Context, atMost time.Duration) error

	// Cancel asks the owner of a run to stop it; see Renew. A finished run is an
	// aurea.ErrConflict.
	Cancel(ctx context.Context, id string) error
	// Renew says that the owner is alive for as long as the lease, by the store's
	// own clock, and returns the ids of its unfinished runs that someone wants
	// stopped.
	Renew(ctx context.Context, owner string, lease time.Duration) (cancelled []string, err error)
	// Recover makes interrupted runs of those that have not finished and whose
	// owner is this one (in an earlier life) or is not alive any more, keeps their
	// progress as partial counts, and returns them. It is called every few seconds:
	// an owner may have to be seen without a lease for a while first.
	Recover(ctx context.Context, owner string) ([]aurea.Run, error)
	// Prune forgets the oldest finished runs that the retention does not keep.
	Prune(ctx context.Context, keep aurea.Retention) (forgotten int, err error)
	// Ready is nil when runs can be kept, else an aurea.ErrUnavailable. It tries:
	// a store that could not write recovers by it.
	Ready(ctx context.Context) error
}
