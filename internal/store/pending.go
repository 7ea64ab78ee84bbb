package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// A pendingOpen is the rest of opening a store whose database was unreachable
// or whose disk was full. Recover and Ready retry it. The zero value has
// nothing to do.
type pendingOpen struct {
	mu         sync.Mutex
	finish     func(context.Context) error // nil when opening is finished
	reasonText atomic.Pointer[string]      // for users; nil when opening is finished
}

// set stores the function that finishes opening, and why it failed so far.
func (p *pendingOpen) set(reason string, finish func(context.Context) error) {
	p.finish = finish
	p.reasonText.Store(&reason)
}

// try finishes opening the store, if that is still to be done.
func (p *pendingOpen) try(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.finish == nil {
		return nil
	}
	if err := p.finish(ctx); err != nil {
		return err
	}
	p.finish = nil
	p.reasonText.Store(nil)
	return nil
}

// finishOpening retries what failed when the store was opened. An error that is
// not an aurea.ErrUnavailable is permanent.
func (s *Store) finishOpening(ctx context.Context) error {
	err := s.pending.try(ctx)
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if reason := s.dialect.outageReason(err); reason != "" {
		return &outage{"open the database", reason, err}
	}
	return fmt.Errorf("store: the database was left as it is: %w", err)
}

// reason returns why opening is not finished; "" when it is.
func (p *pendingOpen) reason() string {
	if reason := p.reasonText.Load(); reason != nil {
		return *reason
	}
	return ""
}

// A reader runs a store's queries.
type reader interface {
	queryer
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Close() error
}

// A deferredReader reads the file as it was opened at first, and through the
// regular connections once the store can write. The initial connections stay
// open until Close, because a request may be using them.
type deferredReader struct {
	initial *sql.DB
	current atomic.Pointer[sql.DB] // nil until the store can write
}

func (l *deferredReader) db() *sql.DB {
	if now := l.current.Load(); now != nil {
		return now
	}
	return l.initial
}

func (l *deferredReader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return l.db().QueryContext(ctx, query, args...)
}

func (l *deferredReader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return l.db().QueryRowContext(ctx, query, args...)
}

func (l *deferredReader) Close() error { return l.initial.Close() }

// A deferredWriter fails with openErr until the store can write.
type deferredWriter struct {
	current atomic.Pointer[Store] // nil until the store can write
	openErr error
}

func (l *deferredWriter) write(ctx context.Context, do change) error {
	if now := l.current.Load(); now != nil {
		return now.writer.write(ctx, do)
	}
	return l.openErr
}

func (l *deferredWriter) close() error {
	if now := l.current.Load(); now != nil {
		return now.Close()
	}
	return nil
}
