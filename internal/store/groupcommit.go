package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// A writer changes the database, one change or many in a transaction. A change is
// kept whole, or not at all, when write returns; with an error it is not.
type writer interface {
	write(ctx context.Context, do change) error
	close() error
}

// A change does its part of a transaction. It may be called more than once, each
// time on a database in which it has done nothing yet.
type change func(ctx context.Context, tx transaction) error

// A group is a writer for a database with one writer at a time. Changes that come
// while a transaction is being committed wait together and share the next one:
// whoever has its turn commits for all. It needs no goroutine of its own.
type groupCommitWriter struct {
	db         *sql.DB
	committing chan struct{} // full while someone commits
	conn       *preparedConn // whose turn it is has it

	mu    sync.Mutex
	queue []*queuedChange
}

type queuedChange struct {
	do       change
	done     chan struct{} // closed when err is what became of it
	err      error
	panicked any // what do panicked with; nil if it did not
}

// newGroup takes the only connection of the database.
func newGroupCommitWriter(ctx context.Context, db *sql.DB) (*groupCommitWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	prepared := &preparedConn{conn: conn, statements: map[string]*sql.Stmt{}}
	return &groupCommitWriter{db: db, committing: make(chan struct{}, 1), conn: prepared}, nil
}

// write waits for the change to be kept even when ctx is cancelled meanwhile: by
// then it may be half done.
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
		panic(w.panicked) // in the goroutine that asked for the change
	}
	return w.err
}

// commitWaiting has the turn and gives it back, whatever happens.
func (g *groupCommitWriter) commitQueued(ctx context.Context) {
	defer func() { <-g.committing }()
	g.commit(ctx, g.takeQueue())
}

func (g *groupCommitWriter) takeQueue() []*queuedChange {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.queue
	g.queue = nil
	return all
}

// commit makes all changes in one transaction. When it cannot be committed they
// are made one by one: what is too large for a full disk shall not take the small
// ones with it.
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

// together returns an error when nothing was kept. What was wrong with one change
// only is that waiter's.
func (g *groupCommitWriter) commitTogether(ctx context.Context, all []*queuedChange) error {
	if len(all) == 0 {
		return nil
	}
	if _, err := g.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := g.applyAll(ctx, all)
	if err == nil {
		_, err = g.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back by itself; then this fails, and that is well.
		_, _ = g.conn.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

func (g *groupCommitWriter) applyAll(ctx context.Context, all []*queuedChange) (err error) {
	for _, w := range all {
		if w.err, err = applyChange(ctx, g.conn, w.apply); err != nil {
			return err
		}
	}
	return nil
}

// attempt is do. A panic in it fails this change alone: others share the
// transaction, and wait for it to be committed.
func (w *queuedChange) apply(ctx context.Context, tx transaction) (err error) {
	w.panicked = nil
	defer func() {
		if w.panicked = recover(); w.panicked != nil {
			err = fmt.Errorf("the change panicked: %v", w.panicked)
		}
	}()
	return w.do(ctx, tx)
}

// part makes one change of a transaction; when it fails, as if it had not been
// made. The second error is that the whole transaction is lost.
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
	g.committing <- struct{}{} // whoever commits has ended
	defer func() { <-g.committing }()
	return errors.Join(g.conn.close(), g.db.Close())
}
