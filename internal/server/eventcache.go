package server

import (
	"bytes"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// An eventCache encodes an event once for all readers that are being sent it. It
// holds an event for as long as one of them needs it, and counts it against the
// budget. Its methods may be called concurrently.
type eventCache struct {
	budget *budget.Budget
	mu     sync.Mutex
	events map[eventKey]*sharedEvent
}

// An eventKey tells events apart: updates of one key are encoded alike.
type eventKey struct {
	run      string
	id       int64
	kind     aurea.UpdateKind
	elapsed  float64 // of the progress that a status shows
	timeline int     // its length
	note     string
	digest   string
	baseline bool
}

func keyOf(u aurea.Update) eventKey {
	key := eventKey{
		run: u.Run.ID, id: u.ID, kind: u.Kind,
		timeline: len(u.Run.Timeline), note: u.Run.Note, digest: u.Run.Digest, baseline: u.Run.Baseline,
	}
	if u.Run.Progress != nil {
		key.elapsed = u.Run.Progress.Elapsed
	}
	return key
}

// A sharedEvent is an event as it is sent. Its bytes must not be changed.
type sharedEvent struct {
	bytes  []byte
	cache  *eventCache
	key    eventKey
	users  int // guarded by the cache's lock
	held   holding
	encode sync.Once
	err    error
}

func newEventCache(b *budget.Budget) *eventCache {
	return &eventCache{budget: b, events: map[eventKey]*sharedEvent{}}
}

// get returns an update as an event. Whoever gets one releases it when it is
// sent. The error is an aurea.ErrUnavailable where there is no room for it.
func (c *eventCache) get(u aurea.Update) (*sharedEvent, error) {
	key := keyOf(u)
	c.mu.Lock()
	e := c.events[key]
	if e == nil {
		e = &sharedEvent{cache: c, key: key, held: holding{budget: c.budget, what: "an event"}}
		c.events[key] = e
	}
	e.users++
	c.mu.Unlock()
	e.encode.Do(func() { e.bytes, e.err = e.hold(u) })
	if e.err != nil {
		e.release()
		return nil, e.err
	}
	return e, nil
}

// all returns updates as events, or none and an error.
func (c *eventCache) all(updates []aurea.Update) ([]*sharedEvent, error) {
	var events []*sharedEvent
	for _, u := range updates {
		e, err := c.get(u)
		if err != nil {
			release(events)
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func release(events []*sharedEvent) {
	for _, e := range events {
		e.release()
	}
}

// hold encodes the event and counts it.
func (e *sharedEvent) hold(u aurea.Update) ([]byte, error) {
	var event bytes.Buffer
	if err := writeEvent(&event, u); err != nil {
		return nil, err
	}
	if err := e.held.take(int64(event.Cap())); err != nil {
		return nil, err
	}
	return event.Bytes(), nil
}

// release gives up one use of the event.
func (e *sharedEvent) release() {
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(e.cache.events, e.key)
		e.held.release()
	}
}
