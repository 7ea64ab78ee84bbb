package cluster

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// A natsLog passes what the embedded server logs to slog. What the server calls
// a notice is of no interest to users: it is logged as debug. A failed login or a
// broken connection is an error to the server and a warning to the service.
type natsLog struct {
	log *slog.Logger

	mu    sync.Mutex
	fatal string // the last fatal error
}

// Noticef and the methods below implement the logger of the NATS server.
func (l *natsLog) Noticef(format string, values ...any) { l.write(l.log.Debug, format, values) }

// Debugf is only called while debugging is on, which it is not.
func (l *natsLog) Debugf(format string, values ...any) { l.write(l.log.Debug, format, values) }

// Tracef is only called while tracing is on, which it is not.
func (l *natsLog) Tracef(format string, values ...any) { l.write(l.log.Debug, format, values) }

// Warnf logs a warning.
func (l *natsLog) Warnf(format string, values ...any) { l.write(l.log.Warn, format, values) }

// Errorf logs an error of one connection.
func (l *natsLog) Errorf(format string, values ...any) { l.write(l.log.Warn, format, values) }

// Fatalf keeps the error, so that Listen can return it. The process goes on.
func (l *natsLog) Fatalf(format string, values ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = fmt.Sprintf(format, values...)
}

func (l *natsLog) write(log func(string, ...any), format string, values []any) {
	log("nats", "message", fmt.Sprintf(format, values...))
}

// lastFatal returns the last fatal error; "" if there was none. Of an error that
// the server quotes it returns the quoted text.
func (l *natsLog) lastFatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, cause, quoted := strings.Cut(l.fatal, `, "`); quoted {
		return strings.TrimSuffix(cause, `"`)
	}
	return l.fatal
}
