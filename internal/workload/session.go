package workload

import (
	"context"
	"net/http/cookiejar"
	"slices"
	"sync"
)

// A Session is what the steps of one job share, or of all jobs of a user. It
// belongs to the job that runs.
type Session struct {
	// Captured are the values that steps have captured, by their index in
	// Scope.Captured; "" before.
	Captured []string
	// Cookies are those of the job so far; nil unless Scope.Cookies.
	Cookies *cookiejar.Jar

	own map[any]any // of steps, by their keys
}

// Own returns what a step keeps in a session that lasts. If there is nothing by
// the key, which is the step's own, it keeps what newValue returns.
func (s *Session) Own(key any, newValue func() any) any {
	value, ok := s.own[key]
	if !ok {
		value = newValue()
		if s.own == nil {
			s.own = map[any]any{}
		}
		s.own[key] = value
	}
	return value
}

// sessionKey is the key of the session in a job's context.
type sessionKey struct{}

// SessionOf returns the session of a job, given its context; nil if it has none.
func SessionOf(ctx context.Context) *Session {
	session, _ := ctx.Value(sessionKey{}).(*Session)
	return session
}

// userKey is the key of the context that knows the user of a job.
type userKey struct{}

// UserOf returns the number of the user whose job has the given context. Without
// users it is that of the worker.
func UserOf(ctx context.Context) int64 {
	if c, _ := ctx.Value(userKey{}).(*JobContext); c != nil {
		return c.user.number
	}
	return 0
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
	pool    sync.Pool // of sessions that do not last
	size    int       // captured values
	cookies bool
	lasting bool
}

// newSessions returns the sessions of steps with the given scope; nil if the steps
// share nothing.
func newSessions(scope Scope) *sessions {
	s := &sessions{size: len(scope.captures.names), cookies: scope.Cookies, lasting: scope.Lasting}
	if s.size == 0 && !s.cookies {
		return nil
	}
	s.pool.New = func() any { return s.newSession() }
	return s
}

func (s *sessions) newSession() *Session { return &Session{Captured: make([]string, s.size)} }

// run calls job with a context that has a session. It begins empty, or is that of
// the context's user.
func (s *sessions) run(ctx context.Context, job func(context.Context) error) error {
	jobContext, ok := ctx.(*JobContext)
	if !ok {
		jobContext = NewJobContext(ctx)
	}
	var session *Session
	if s.lasting {
		session = jobContext.user.sessionOf(s)
	} else {
		session = s.pool.Get().(*Session)
	}
	if s.cookies && session.Cookies == nil {
		session.Cookies = newCookies()
	}
	jobContext.session = session
	defer func() {
		jobContext.session = nil
		clear(session.Captured)
		if !s.lasting {
			session.Cookies = nil
			s.pool.Put(session)
		}
	}()
	return job(jobContext)
}

func newCookies() *cookiejar.Jar {
	jar, _ := cookiejar.New(nil) // which cannot fail
	return jar
}

// A user does one job after the other.
type user struct {
	number   int64          // in the whole plan, from 0
	cookies  *cookiejar.Jar // of all its jobs; nil before the first
	sessions []userSession
}

// A userSession is the session of a user in one workload of steps. A mix may have
// several such workloads.
type userSession struct {
	of      *sessions
	session *Session
}

// sessionOf returns the session of the user, which its first job makes. All of a
// user's sessions have the same cookies.
func (u *user) sessionOf(s *sessions) *Session {
	for _, known := range u.sessions {
		if known.of == s {
			return known.session
		}
	}
	if u.cookies == nil {
		u.cookies = newCookies()
	}
	session := s.newSession()
	session.Cookies = u.cookies
	u.sessions = append(u.sessions, userSession{s, session})
	return session
}
