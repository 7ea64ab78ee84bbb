package cluster

import (
	"errors"
	"log/slog"
	"sync"

	"github.com/nats-io/nats.go"
)

// addHandlers logs when the connection is lost and restored.
func (o ConnectOptions) addHandlers(options *nats.Options) {
	events := &connectionLog{log: o.Log, url: o.redactedURL()}
	if o.embedded == nil {
		options.ConnectedCB = events.connected
	}
	options.DisconnectedErrCB = events.disconnected
	options.ReconnectedCB = events.reconnected
	options.ReconnectErrCB = events.failed
	options.AsyncErrorCB = events.problem
}

// A connectionLog logs what happens to a connection. A problem that repeats is
// logged once, until the connection is restored.
type connectionLog struct {
	log *slog.Logger
	url string

	mu   sync.Mutex
	last string // the last problem
}

func (l *connectionLog) connected(conn *nats.Conn) {
	l.restored()
	version := conn.ConnectedServerVersion()
	if version == "" {
		return // it is disconnected again
	}
	if err := checkVersion(version); err != nil {
		l.log.Error("the NATS server is too old", "url", l.url, "error", err)
	}
	l.log.Info("connected to NATS", "url", l.url, "version", version)
}

// disconnected is called without an error when this process closes the
// connection.
func (l *connectionLog) disconnected(_ *nats.Conn, err error) {
	if err != nil {
		l.log.Warn("the connection to NATS is lost; it is tried again", "url", l.url, "error", err)
	}
}

func (l *connectionLog) reconnected(*nats.Conn) {
	l.restored()
	l.log.Info("the connection to NATS is restored", "url", l.url)
}

// failed is called for each attempt. The client adds ErrNoServers to the causes
// that it has reported.
func (l *connectionLog) failed(_ *nats.Conn, err error) {
	if !errors.Is(err, nats.ErrNoServers) {
		l.warn("NATS cannot be reached", err)
	}
}

func (l *connectionLog) problem(_ *nats.Conn, subscription *nats.Subscription, err error) {
	if subscription != nil {
		l.warn("messages of NATS were dropped, or may not be read", err)
		return
	}
	l.warn("NATS refuses something", err)
}

func (l *connectionLog) warn(message string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := message + err.Error(); text != l.last {
		l.last = text
		l.log.Warn(message, "url", l.url, "error", err)
	}
}

func (l *connectionLog) restored() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = ""
}
