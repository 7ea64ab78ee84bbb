package workload

import (
	"context"
	"net/http/cookiejar"
	"slices"
	"sync"
)

// A Session is what the steps of one job share. It belongs to the job.
type Session struct {
	// Captured are the values that steps have captured, by their index in
	// Scope.Captured; "" before.
	Captured []string
	// Cookies are those of the job so far; nil unless Scope.Cookies.
	Cookies *cookiejar.Jar
}

// sessionKey is the key of the session in a job's context.
type sessionKey struct{}

// SessionOf returns the session of a job, given its context; nil if it has none.
func SessionOf(ctx context.Context) *Session {
	session, _ := ctx.Value(sessionKey{}).(*Session)
	return session
}

// captureTable is the names of the values that the steps of a job capture, in
// the order in which the steps are resolved.
type captureTable struct{ names []string }

// Captured returns the names of the values that earlier steps of the job
// capture. Nil means that the workload is not a step.
func (s Scope) Captured() []string {
	if s.captures == nil {
		return nil
	}
	return append([]string{}, s.captures.names...)
}

// Capture returns the index in Session.Captured of a value that this step
// captures. Two steps that capture the same name have the same index. Call it
// for steps alone.
func (s Scope) Capture(name string) int {
	index := slices.Index(s.captures.names, name)
	if index < 0 {
		index = len(s.captures.names)
		s.captures.names = append(s.captures.names, name)
	}
	return index
}

// sessions are the sessions of the jobs that run. It is safe for concurrent use.
type sessions struct {
	pool    sync.Pool
	cookies bool
}

// newSessions returns sessions with room for the values of the table, and with or
// without cookies; nil if the steps share neither.
func newSessions(table *captureTable, cookies bool) *sessions {
	size := len(table.names)
	if size == 0 && !cookies {
		return nil
	}
	return &sessions{
		pool:    sync.Pool{New: func() any { return &Session{Captured: make([]string, size)} }},
		cookies: cookies,
	}
}

// run calls job with a context that has an empty session.
func (s *sessions) run(ctx context.Context, job func(context.Context) error) error {
	session := s.pool.Get().(*Session)
	if s.cookies {
		session.Cookies, _ = cookiejar.New(nil) // which cannot fail
	}
	jobContext, ok := ctx.(*JobContext)
	if !ok {
		jobContext = NewJobContext(ctx)
	}
	jobContext.session = session
	defer func() {
		jobContext.session = nil
		clear(session.Captured)
		session.Cookies = nil
		s.pool.Put(session)
	}()
	return job(jobContext)
}
