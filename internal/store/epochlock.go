package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// An epochLock holds an advisory lock in a PostgreSQL session for as long as
// the store is open. PostgreSQL releases the lock when the process ends for any
// reason, so other servers can tell an ended epoch from a slow one.
type epochLock struct {
	db *sql.DB

	mu   sync.Mutex
	conn *sql.Conn // nil before acquire and after the session was lost
}

// epochLockKey computes the number of an epoch's advisory lock. Servers of
// other versions compute the same number; do not change the text.
const epochLockKey = `hashtextextended('aurea life ' || $1, 0)`

// releaseTimeout limits how long closing a store waits for a database that does
// not answer.
const releaseTimeout = time.Second

// acquire holds the lock. It opens a new session if the previous one was lost.
func (p *epochLock) acquire(ctx context.Context, epoch string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		if p.conn.PingContext(ctx) == nil {
			return nil
		}
		_ = p.conn.Close() // broken; its error says nothing new
		p.conn = nil
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(`+epochLockKey+`)`, epoch); err != nil {
		_ = conn.Close() // it holds no lock
		return err
	}
	p.conn = conn
	return nil
}

// isReleased reports whether no session holds the lock of epoch.
func (p *epochLock) isReleased(ctx context.Context, epoch string) (released bool, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock_shared(`+epochLockKey+`)`, epoch).Scan(&released)
	return released, err
}

func (p *epochLock) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return nil
	}
	// The database ends a closed session a moment later. A server that starts at
	// once must find the lock released. A session that was lost holds none.
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	_, _ = p.conn.ExecContext(ctx, `SELECT pg_advisory_unlock_all()`)
	return p.conn.Close() // this ends the session, because the pool is closed first
}
