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
type pending struct {
	mu  sync.Mutex
	do  func(context.Context) error // nil when it is done
	why atomic.Pointer[string]      // for people; nil when it is done
}

// set gives it something to do, after an attempt that failed for the given reason.
func (p *pending) set(why string, do func(context.Context) error) {
	p.do = do
	p.why.Store(&why)
}

// try does what remains to be done.
func (p *pending) try(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.do == nil {
		return nil
	}
	if err := p.do(ctx); err != nil {
		return err
	}
	p.do = nil
	p.why.Store(nil)
	return nil
}

// catchUp does what could not be done when the store was opened. An error that is
// no aurea.ErrUnavailable is one that waiting does not mend.
func (s *Store) catchUp(ctx context.Context) error {
	err := s.pending.try(ctx)
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if why := s.dialect.away(err); why != "" {
		return &outage{"open the database", why, err}
	}
	return fmt.Errorf("store: the database was left as it is: %w", err)
}

// reason is why something remains to be done; "" when nothing does.
func (p *pending) reason() string {
	if why := p.why.Load(); why != nil {
		return *why
	}
	return ""
}

// A source is where a store reads.
type source interface {
	queryer
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Close() error
}

// A laterSource reads a file as it was at first, and as it is once the store can
// write. The first one stays open to its end: a request may be using it.
type laterSource struct {
	first *sql.DB
	now   atomic.Pointer[sql.DB] // nil before it can write
}

func (l *laterSource) at() *sql.DB {
	if now := l.now.Load(); now != nil {
		return now
	}
	return l.first
}

func (l *laterSource) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return l.at().QueryContext(ctx, query, args...)
}

func (l *laterSource) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return l.at().QueryRowContext(ctx, query, args...)
}

func (l *laterSource) Close() error { return l.first.Close() }

// A laterWriter writes once it can.
type laterWriter struct {
	now atomic.Pointer[Store] // that can; nil before
	why error
}

func (l *laterWriter) write(ctx context.Context, do change) error {
	if now := l.now.Load(); now != nil {
		return now.writer.write(ctx, do)
	}
	return l.why
}

func (l *laterWriter) close() error {
	if now := l.now.Load(); now != nil {
		return now.Close()
	}
	return nil
}
