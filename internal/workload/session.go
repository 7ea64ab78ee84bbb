package workload

import (
	"context"
	"slices"
	"sync"
)

// A Session is what the steps of one job share. It belongs to the job.
type Session struct {
	// Captured are the values that steps have captured, by their index in
	// Scope.Captured; "" before.
	Captured []string
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
type sessions struct{ pool sync.Pool }

// newSessions returns sessions with room for the values of the table; nil if
// there are none, because then the steps share nothing.
func newSessions(table *captureTable) *sessions {
	size := len(table.names)
	if size == 0 {
		return nil
	}
	return &sessions{sync.Pool{New: func() any { return &Session{make([]string, size)} }}}
}

// run calls job with a context that has an empty session.
func (s *sessions) run(ctx context.Context, job func(context.Context) error) error {
	session := s.pool.Get().(*Session)
	jobContext, ok := ctx.(*JobContext)
	if !ok {
		jobContext = NewJobContext(ctx)
	}
	jobContext.session = session
	defer func() {
		jobContext.session = nil
		clear(session.Captured)
		s.pool.Put(session)
	}()
	return job(jobContext)
}
