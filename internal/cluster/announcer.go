package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// An Announcer tells all servers what a worker does. Its methods are safe for
// concurrent use.
type Announcer struct {
	conn    *Conn
	log     *slog.Logger
	inbox   string                  // where a server says why it refuses the worker
	publish func(data []byte) error // sends a hello

	mu    sync.Mutex
	hello Hello
	left  bool // the goodbye was said
}

// NewAnnouncer returns an announcer of the worker that hello describes. It
// counts the hellos itself.
func NewAnnouncer(conn *Conn, hello Hello, log *slog.Logger) *Announcer {
	a := &Announcer{conn: conn, log: log, hello: hello, inbox: conn.NewInbox()}
	a.publish = func(data []byte) error { return conn.PublishRequest(helloSubject(hello.ID), a.inbox, data) }
	return a
}

// Set changes the state of the worker and tells it at once. Exec is the
// execution that the worker is reserved for or runs; "" without one.
func (a *Announcer) Set(state State, exec string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hello.State, a.hello.Exec = state, exec
	a.say()
}

// say publishes the hello with the next number. The lock is held, so that
// hellos are sent in the order of their numbers. Without a connection nothing
// is sent; the next hello is never far.
func (a *Announcer) say() {
	if a.left {
		return
	}
	a.hello.Seq++
	a.left = a.hello.State == Gone
	data, err := Encode(&a.hello)
	if err == nil {
		err = a.publish(data)
	}
	if err != nil {
		a.log.Debug("no hello was sent", "error", err)
	}
}

// sayAgain says hello without a change.
func (a *Announcer) sayAgain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.say()
}

// Run says hello every few seconds, when asked and when the connection is
// restored, until ctx ends. Then it says goodbye. It returns an error if the
// worker cannot be described so, such as with a name that is too long.
func (a *Announcer) Run(ctx context.Context) error {
	a.mu.Lock()
	_, err := Encode(&a.hello)
	a.mu.Unlock()
	if err != nil {
		return fmt.Errorf("describe the worker: %w", err)
	}
	restored := a.conn.StatusChanged(nats.CONNECTED)
	defer a.conn.RemoveStatusListener(restored)
	for subject, handle := range map[string]nats.MsgHandler{
		askSubject: func(*nats.Msg) { a.sayAgain() },
		a.inbox:    func(message *nats.Msg) { a.hearRefusal(message.Data) },
	} {
		subscription, err := a.conn.Subscribe(subject, handle)
		if err != nil {
			return fmt.Errorf("listen to servers: %w", err)
		}
		defer func() { _ = subscription.Unsubscribe() }() // the connection may be closed
	}
	a.repeat(ctx, restored)
	if a.conn.IsConnected() {
		_ = a.conn.FlushTimeout(drainTimeout) // without a goodbye the worker is missed later
	}
	return nil
}

// repeat says hello every helloEvery and whenever the connection is restored,
// until ctx ends; then goodbye.
func (a *Announcer) repeat(ctx context.Context, restored <-chan nats.Status) {
	a.sayAgain()
	ticker := time.NewTicker(helloEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.Set(Gone, "")
			return
		case <-restored:
		case <-ticker.C:
		}
		a.sayAgain()
	}
}

// hearRefusal logs why a server refuses the worker.
func (a *Announcer) hearRefusal(data []byte) {
	var reply Reply
	if err := Decode(data, &reply); err != nil {
		a.log.Debug("an answer to a hello is of no use", "error", err)
		return
	}
	a.log.Warn("a server refuses this worker", "reason", reply.Problem)
}
