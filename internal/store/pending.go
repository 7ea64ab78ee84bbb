package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// A pending is what remains to be done before a store can write: the database was
// away, or the disk full, when it was opened. It is tried again by Recover and by
// Ready. The zero value has nothing to do.
type pendingOpen struct {
	mu         sync.Mutex
	finish     func(context.Context) error // nil when it is done
	reasonText atomic.Pointer[string]      // for people; nil when it is done
}

// set gives it something to do, after an attempt that failed for the given reason.
func (p *pendingOpen) set(reason string, finish func(context.Context) error) {
	p.finish = finish
	p.reasonText.Store(&reason)
}

// try does what remains to be done.
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

// catchUp does what could not be done when the store was opened. An error that is
// no aurea.ErrUnavailable is one that waiting does not mend.
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

// reason is why something remains to be done; "" when nothing does.
func (p *pendingOpen) reason() string {
	if reason := p.reasonText.Load(); reason != nil {
		return *reason
	}
	return ""
}

// A source is where a store reads.
type reader interface {
	queryer
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Close() error
}

// A laterSource reads a file as it was at first, and as it is once the store can
// write. The first one stays open to its end: a request may be using it.
type deferredReader struct {
	initial *sql.DB
	current atomic.Pointer[sql.DB] // nil before it can write
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

// A laterWriter writes once it can.
type deferredWriter struct {
	current atomic.Pointer[Store] // that can; nil before
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
