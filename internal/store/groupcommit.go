package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// A writer applies changes to the database, each in a transaction that may be
// shared. When write returns nil, the change is committed; when it returns an
// error, nothing of the change is.
type writer interface {
	write(ctx context.Context, do change) error
	close() error
}

// A change is the part of a transaction that one caller needs. The writer may
// call it more than once, each time on a database that has none of its effects.
type change func(ctx context.Context, tx transaction) error

// groupCommitWriter is the writer for a database that allows one writer at a
// time. Changes that arrive during a commit wait in a queue and share the next
// transaction: the caller that acquires committing commits the whole queue. It
// needs no goroutine of its own.
type groupCommitWriter struct {
	db         *sql.DB
	committing chan struct{} // acts as a lock: full during a commit
	conn       *preparedConn // guarded by committing

	mu    sync.Mutex
	queue []*queuedChange
}

type queuedChange struct {
	do       change
	done     chan struct{} // closed when err and panicked are final
	err      error
	panicked any // value of a panic in do, or nil
}

// newGroupCommitWriter acquires the only connection of the database.
func newGroupCommitWriter(ctx context.Context, db *sql.DB) (*groupCommitWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	prepared := &preparedConn{conn: conn, statements: map[string]*sql.Stmt{}}
	return &groupCommitWriter{db: db, committing: make(chan struct{}, 1), conn: prepared}, nil
}

// write waits for the commit even when ctx is cancelled meanwhile, because the
// change may already be half applied.
func (g *groupCommitWriter) write(ctx context.Context, do change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &queuedChange{do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.queue = append(g.queue, w)
	g.mu.Unlock()
	select {
	case g.committing <- struct{}{}:
		g.commitQueued(context.WithoutCancel(ctx))
	case <-w.done:
	}
	<-w.done
	if w.panicked != nil {
		panic(w.panicked) // in the goroutine that called write
	}
	return w.err
}

// commitQueued commits the queue and releases committing, even after a panic.
// The caller holds committing.
func (g *groupCommitWriter) commitQueued(ctx context.Context) {
	defer func() { <-g.committing }()
	runtime.Gosched() // those who are about to write share the transaction
	g.commit(ctx, g.takeQueue())
}

func (g *groupCommitWriter) takeQueue() []*queuedChange {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.queue
	g.queue = nil
	return all
}

// commit applies all changes in one transaction. If that transaction cannot be
// committed, commit retries each change in its own, so that a change too large
// for a full disk does not fail the small ones.
func (g *groupCommitWriter) commit(ctx context.Context, all []*queuedChange) {
	err := g.commitTogether(ctx, all)
	for _, w := range all {
		switch {
		case err == nil:
		case len(all) > 1:
			w.err = nil
			if alone := g.commitTogether(ctx, []*queuedChange{w}); alone != nil {
				w.err = alone
			}
		default:
			w.err = err
		}
		close(w.done)
	}
}

// commitTogether returns an error if nothing was committed. An error of a
// single change goes to that change only.
//
// Almost always no change fails, so the first try has no savepoints. With them
// SQLite copies every page before a change touches it.
func (g *groupCommitWriter) commitTogether(ctx context.Context, all []*queuedChange) error {
	if len(all) == 0 {
		return nil
	}
	failed := false
	err := g.transact(ctx, func() error {
		for _, w := range all {
			if w.err = w.apply(ctx, g.conn); w.err != nil {
				failed = true
				return w.err
			}
		}
		return nil
	})
	switch {
	case !failed:
		return err
	case len(all) == 1:
		return nil // the change has its error
	default:
		return g.transact(ctx, func() error { return g.applyAll(ctx, all) })
	}
}

// transact applies changes in one transaction. An error means that nothing was
// committed.
func (g *groupCommitWriter) transact(ctx context.Context, apply func() error) error {
	if _, err := g.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := apply()
	if err == nil {
		_, err = g.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may already have rolled back; then ROLLBACK fails harmlessly.
		_, _ = g.conn.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

// applyAll applies all changes, each with a savepoint to return to.
func (g *groupCommitWriter) applyAll(ctx context.Context, all []*queuedChange) (err error) {
	for _, w := range all {
		if w.err, err = applyChange(ctx, g.conn, w.apply); err != nil {
			return err
		}
	}
	return nil
}

// apply runs the change. A panic fails this change only; the other changes of
// the transaction are committed, and write panics in the caller's goroutine.
func (w *queuedChange) apply(ctx context.Context, tx transaction) (err error) {
	w.panicked = nil
	defer func() {
		if w.panicked = recover(); w.panicked != nil {
			err = fmt.Errorf("the change panicked: %v", w.panicked)
		}
	}()
	return w.do(ctx, tx)
}

// applyChange applies one change of a transaction and rolls that change back if
// it fails. The error own belongs to the change; with the error lost, the whole
// transaction is unusable.
func applyChange(ctx context.Context, tx transaction, do change) (own, lost error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT change"); err != nil {
		return nil, err
	}
	if own = do(ctx, tx); own != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
			return nil, fmt.Errorf("%w (and then: %w)", own, err)
		}
	}
	_, err := tx.ExecContext(ctx, "RELEASE change")
	return own, err
}

func (g *groupCommitWriter) close() error {
	g.committing <- struct{}{} // wait for the current commit
	defer func() { <-g.committing }()
	return errors.Join(g.conn.close(), g.db.Close())
}
