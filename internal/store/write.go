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
type group struct {
	db   *sql.DB
	turn chan struct{} // full while someone commits
	on   *prepared     // whose turn it is has it

	mu      sync.Mutex
	waiting []*waiter
}

type waiter struct {
	do       change
	done     chan struct{} // closed when err is what became of it
	err      error
	panicked any // what do panicked with; nil if it did not
}

// newGroup takes the only connection of the database.
func newGroup(ctx context.Context, db *sql.DB) (*group, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	on := &prepared{conn: conn, statements: map[string]*sql.Stmt{}}
	return &group{db: db, turn: make(chan struct{}, 1), on: on}, nil
}

// write waits for the change to be kept even when ctx is cancelled meanwhile: by
// then it may be half done.
func (g *group) write(ctx context.Context, do change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &waiter{do: do, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	select {
	case g.turn <- struct{}{}:
		g.commitWaiting(context.WithoutCancel(ctx))
	case <-w.done:
	}
	<-w.done
	if w.panicked != nil {
		panic(w.panicked) // in the goroutine that asked for the change
	}
	return w.err
}

// commitWaiting has the turn and gives it back, whatever happens.
func (g *group) commitWaiting(ctx context.Context) {
	defer func() { <-g.turn }()
	g.commit(ctx, g.take())
}

func (g *group) take() []*waiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.waiting
	g.waiting = nil
	return all
}

// commit makes all changes in one transaction. When it cannot be committed they
// are made one by one: what is too large for a full disk shall not take the small
// ones with it.
func (g *group) commit(ctx context.Context, all []*waiter) {
	err := g.together(ctx, all)
	for _, w := range all {
		switch {
		case err == nil:
		case len(all) > 1:
			w.err = nil
			if alone := g.together(ctx, []*waiter{w}); alone != nil {
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
func (g *group) together(ctx context.Context, all []*waiter) error {
	if len(all) == 0 {
		return nil
	}
	if _, err := g.on.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := g.parts(ctx, all)
	if err == nil {
		_, err = g.on.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back by itself; then this fails, and that is well.
		_, _ = g.on.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

func (g *group) parts(ctx context.Context, all []*waiter) (err error) {
	for _, w := range all {
		if w.err, err = part(ctx, g.on, w.attempt); err != nil {
			return err
		}
	}
	return nil
}

// attempt is do. A panic in it fails this change alone: others share the
// transaction, and wait for it to be committed.
func (w *waiter) attempt(ctx context.Context, tx transaction) (err error) {
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
func part(ctx context.Context, tx transaction, do change) (own, lost error) {
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

func (g *group) close() error {
	g.turn <- struct{}{} // whoever commits has ended
	defer func() { <-g.turn }()
	return errors.Join(g.on.close(), g.db.Close())
}
