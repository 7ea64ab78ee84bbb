package runs

import (
	"context"
	"iter"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A Store persists runs. Its methods are safe for concurrent use, and the
// caller owns what they return. An unknown ID is an aurea.ErrNotFound. A run
// that differs from what was stored is an aurea.ErrDamaged, and is marked in a
// list. While the disk is full or the database unreachable, writes return an
// aurea.ErrUnavailable and change nothing.
type Store interface {
	// Create stores a queued run durably. If the submission's key was used
	// before, it stores nothing and returns the earlier run, or an
	// aurea.ErrMismatch if the body differs.
	Create(ctx context.Context, run aurea.Run, by aurea.Submission) (aurea.Run, error)
	// Save stores the status, times, progress and timeline of an unfinished run
	// of this server. A finished one is an aurea.ErrConflict, and so is one that
	// another server adopted: it has a higher epoch than run.
	Save(ctx context.Context, run aurea.Run) error
	// Note is Save that also stores the run's epoch and what another server
	// needs to adopt the run. It replaces what was noted before.
	Note(ctx context.Context, run aurea.Run, noted []byte) error
	// Finish stores a finished run of this server with its result, tally, detail
	// and job records, and returns its digest. Finishing it again with the same
	// content changes nothing; other content is an aurea.ErrConflict, and so is a
	// run that another server adopted. The exception is a run that another
	// server's Recover interrupted although its owner lived: the owner's final
	// state replaces that one.
	Finish(ctx context.Context, run aurea.Run) (digest string, err error)
	// Keep stores a finished run that was never created, durably and at once: it is
	// Create and then Finish. Of a run that was created it is Finish. by has no key.
	Keep(ctx context.Context, run aurea.Run, by aurea.Submission) (digest string, err error)
	// Get returns a run with its result, if there is one, but without tally,
	// detail and jobs.
	Get(ctx context.Context, id string) (aurea.Run, error)
	// List returns a page of runs, newest first. A bad cursor is an
	// aurea.ErrInvalid.
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	// Change updates the note and the baseline mark of a run and returns the
	// run.
	Change(ctx context.Context, id string, change aurea.RunChange) (aurea.Run, error)
	// Delete deletes a finished run; an unfinished one is an aurea.ErrConflict.
	Delete(ctx context.Context, id string) error
	// Tally returns the histograms of a finished run's measured part, or an
	// aurea.ErrNotFound if there are none.
	Tally(ctx context.Context, id string) (*aurea.Tally, error)
	// WorkerTally returns the histograms of the n-th worker that the result of a
	// finished run lists, or an aurea.ErrNotFound if there are none.
	WorkerTally(ctx context.Context, id string, n int) (*aurea.Tally, error)
	// Jobs yields the job records of a finished run in order. It reads as it
	// goes: memory does not grow with their number. It yields nothing after an
	// error.
	Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error]

	// Verify returns nil if everything stored of a finished run is unchanged,
	// and an aurea.ErrDamaged if not.
	Verify(ctx context.Context, id string) error
	// Check verifies finished runs one after the other for about atMost. The
	// next call continues where this one ended.
	Check(ctx context.Context, atMost time.Duration) error

	// Cancel asks the owner of a run to stop it; see Renew. A finished run is
	// an aurea.ErrConflict.
	Cancel(ctx context.Context, id string) error
	// Renew extends the owner's lease by the store's own clock and returns the
	// IDs of its unfinished runs that were cancelled.
	Renew(ctx context.Context, owner string, lease time.Duration) (cancelled []string, err error)
	// Release gives up a run of this server, and the first server that adopts it has
	// it. A queued one stays queued. A noted one keeps run's times, progress and
	// timeline. Another run that has begun is an aurea.ErrConflict.
	Release(ctx context.Context, run aurea.Run) error
	// Recover interrupts the unfinished runs of earlier processes of this owner
	// and of dead owners, keeps their progress as partial counts, and returns
	// them. It is called every few seconds, because an expired lease may have
	// to be watched first. It returns the IDs of queued runs that Adopt takes,
	// oldest first: the released ones, and detached ones of dead owners. Where
	// other servers may adopt a noted run, it spares the run until about a minute
	// after its owner's lease has ended. Released runs that were cancelled end.
	Recover(ctx context.Context, owner string) (interrupted []aurea.Run, adoptable []string, err error)
	// RecoverAdoptable is Recover for a server that can resume runs: it spares the
	// noted ones, and returns their IDs too.
	RecoverAdoptable(ctx context.Context, owner string) (interrupted []aurea.Run, adoptable []string, err error)
	// Adopt gives an adoptable run of a dead owner to this one. It returns the
	// run with its next epoch, and what was noted, or nil. Of several servers one
	// succeeds; the others get an aurea.ErrConflict.
	Adopt(ctx context.Context, id, owner string) (run aurea.Run, noted []byte, err error)
	// Prune deletes the oldest finished runs that exceed the retention.
	Prune(ctx context.Context, keep aurea.Retention) (forgotten int, err error)
	// Usage returns how many runs are stored, and the bytes that they take, as a
	// retention counts them.
	Usage(ctx context.Context) (runs, bytes int64, err error)
	// Ready returns nil if runs can be stored, or an aurea.ErrUnavailable. It
	// writes: a store that could not write recovers by it.
	Ready(ctx context.Context) error
}
