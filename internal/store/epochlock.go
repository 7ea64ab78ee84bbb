package store

import (
	"context"
	"database/sql"
	"sync"
)

// A presence is a session with PostgreSQL that holds a lock as long as a life of
// the store does. The database releases it when the process ends in whatever way:
// others can tell a life that has ended from one that is only slow.
type epochLock struct {
	db *sql.DB

	mu   sync.Mutex
	conn *sql.Conn // nil before the first hold, and after the session was lost
}

// lifeKey is the number of the lock of a life.
const epochLockKey = `hashtextextended('aurea life ' || $1, 0)`

// hold has the session, or a new one when it was lost, hold the lock.
func (p *epochLock) acquire(ctx context.Context, life string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		if p.conn.PingContext(ctx) == nil {
			return nil
		}
		_ = p.conn.Close() // it is broken
		p.conn = nil
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(`+epochLockKey+`)`, life); err != nil {
		_ = conn.Close() // it holds nothing
		return err
	}
	p.conn = conn
	return nil
}

// ended reports whether no session holds the lock of a life.
func (p *epochLock) released(ctx context.Context, life string) (released bool, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock_shared(`+epochLockKey+`)`, life).Scan(&released)
	return released, err
}

func (p *epochLock) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return nil
	}
	return p.conn.Close() // the pool is closed, and so is what it is given back
}
