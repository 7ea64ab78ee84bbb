package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aurea-orchestrator/aurea"
)

// RegistryOptions say which workers a server can use.
type RegistryOptions struct {
	Version string // of this server; workers of another are refused
	GoArch  string // likewise
	Log     *slog.Logger
}

// A Registry knows the workers that say hello to a server. Its methods are safe
// for concurrent use.
type Registry struct {
	conn *Conn
	log  *slog.Logger

	mu      sync.Mutex
	roster  roster
	garbage int64
	changed chan struct{} // closed and replaced at each change
}

// NewRegistry returns an empty registry. Run fills it.
func NewRegistry(conn *Conn, o RegistryOptions) *Registry {
	return &Registry{
		conn:    conn,
		log:     o.Log,
		roster:  roster{version: o.Version, goarch: o.GoArch, workers: map[string]*rosterEntry{}, runs: map[string]string{}},
		changed: make(chan struct{}),
	}
}

// Run asks all workers for a hello and listens to them until ctx ends. It asks
// again when the connection is restored.
func (r *Registry) Run(ctx context.Context) error {
	restored := r.conn.StatusChanged(nats.CONNECTED)
	defer r.conn.RemoveStatusListener(restored)
	subscription, err := r.conn.Subscribe(helloSubject("*"), func(message *nats.Msg) {
		id := strings.TrimPrefix(message.Subject, helloPrefix)
		if reply := r.receive(id, message.Data, time.Now()); reply != nil && message.Reply != "" {
			_ = message.Respond(reply) // a later hello is answered if this is lost
		}
	})
	if err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	defer func() { _ = subscription.Unsubscribe() }() // the connection may be closed
	r.watch(ctx, restored, func() { _ = r.conn.Publish(askSubject, nil) })
	return nil
}

// watch asks for hellos now and whenever the connection is restored, and looks
// for workers that fell silent, until ctx ends.
func (r *Registry) watch(ctx context.Context, restored <-chan nats.Status, ask func()) {
	ask()
	ticker := time.NewTicker(expireEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-restored:
			ask()
		case now := <-ticker.C:
			r.mu.Lock()
			if r.roster.expire(now) {
				r.tellChange()
			}
			r.mu.Unlock()
		}
	}
}

// receive takes a hello from the subject of the worker with the given id. It
// returns what to answer; nil for nothing: only a worker that is refused, for a
// reason that it has not heard, is answered.
func (r *Registry) receive(id string, data []byte, now time.Time) (reply []byte) {
	var hello Hello
	err := Decode(data, &hello)
	r.mu.Lock()
	defer r.mu.Unlock()
	var changed bool
	var refused string
	if err == nil {
		changed, refused, err = r.roster.add(id, hello, now)
	}
	if err != nil {
		r.garbage++
		r.log.Debug("a hello of a worker is of no use", "worker", clip(id), "error", err)
		return nil
	}
	if !changed {
		return nil
	}
	r.tellChange()
	if refused == "" {
		r.log.Debug("worker", "name", hello.Name, "id", id, "state", hello.State)
		return nil
	}
	r.log.Warn("a worker is refused", "name", hello.Name, "id", id, "host", hello.Host, "reason", refused)
	reply, _ = Encode(&Reply{Problem: clip(refused)}) // clipped, it is valid
	return reply
}

// tellChange wakes those that wait for a change. The lock is held.
func (r *Registry) tellChange() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// Available returns the last hellos of the workers that take shards and have all
// of the given labels: the idle ones first, then by name and ID. A worker that
// has a shard is among them, because the hello at its end may be on the way. The
// maps in the hellos are shared: do not change them.
func (r *Registry) Available(labels map[string]string) []Hello {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.roster.available(labels)
}

// SetRun says which run an execution is of, for the list of workers; "" forgets
// the execution.
func (r *Registry) SetRun(exec, run string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run == "" {
		delete(r.roster.runs, exec)
		return
	}
	r.roster.runs[exec] = run
}

// Miss takes a worker that does not reply for gone, until it says hello again.
func (r *Registry) Miss(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if entry := r.roster.workers[id]; entry != nil && !entry.silent {
		entry.silent = true
		r.tellChange()
	}
}

// Find returns the last hello of a worker.
func (r *Registry) Find(id string) (hello Hello, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	entry := r.roster.workers[id]
	if entry == nil {
		return Hello{}, false
	}
	return entry.hello, true
}

// Workers returns all workers, ordered by name and ID. Those that fell silent
// are listed for forgetAfter.
func (r *Registry) Workers() []aurea.Worker {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.roster.list()
}

// Changed returns a channel that is closed at the next change of a worker. To
// miss none, get the channel before looking.
func (r *Registry) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// SetClock keeps what was measured of a worker's clock, for the list of workers.
func (r *Registry) SetClock(worker string, clock Estimate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if entry := r.roster.workers[worker]; entry != nil {
		entry.clock = clock
	}
}

// Garbage returns how many hellos were of no use: malformed, late, or beyond
// the number of workers that a server knows of.
func (r *Registry) Garbage() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.garbage
}
