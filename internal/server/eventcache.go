package server

import (
	"bytes"
	"sync"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
)

// An eventCache encodes each event once for all streams that send it. An event
// stays in the cache and counts against the budget until its last user releases
// it. Its methods may be called concurrently.
type eventCache struct {
	budget *budget.Budget
	mu     sync.Mutex
	events map[eventKey]*sharedEvent
}

// An eventKey identifies an event: updates with the same key have the same
// encoding.
type eventKey struct {
	run      string
	id       int64
	kind     aurea.UpdateKind
	elapsed  float64 // of the progress that a status event includes
	soFar    *aurea.SoFar
	timeline int // its length
	note     string
	digest   string
	baseline bool
}

func newEventKey(u aurea.Update) eventKey {
	key := eventKey{
		run: u.Run.ID, id: u.ID, kind: u.Kind,
		timeline: len(u.Run.Timeline), note: u.Run.Note, digest: u.Run.Digest, baseline: u.Run.Baseline,
	}
	if u.Run.Progress != nil {
		key.elapsed, key.soFar = u.Run.Progress.Elapsed, u.Run.Progress.SoFar
	}
	return key
}

// A sharedEvent is an encoded event. Its bytes must not be changed.
type sharedEvent struct {
	bytes []byte
	cache *eventCache
	key   eventKey
	users int // guarded by the cache's lock
	held  reservation
	once  sync.Once
	err   error
}

func newEventCache(b *budget.Budget) *eventCache {
	return &eventCache{budget: b, events: map[eventKey]*sharedEvent{}}
}

// get returns the event of an update. The caller releases it after sending it.
// The error is an aurea.ErrUnavailable when the budget has no room.
func (c *eventCache) get(u aurea.Update) (*sharedEvent, error) {
	key := newEventKey(u)
	c.mu.Lock()
	e := c.events[key]
	if e == nil {
		e = &sharedEvent{cache: c, key: key, held: reservation{budget: c.budget, purpose: "an event"}}
		c.events[key] = e
	}
	e.users++
	c.mu.Unlock()
	e.once.Do(func() { e.bytes, e.err = e.encode(u) })
	if e.err != nil {
		e.release()
		return nil, e.err
	}
	return e, nil
}

// getAll returns the events of updates, or an error and none of them.
func (c *eventCache) getAll(updates []aurea.Update) ([]*sharedEvent, error) {
	var events []*sharedEvent
	for _, u := range updates {
		e, err := c.get(u)
		if err != nil {
			releaseAll(events)
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// releaseAll releases events.
func releaseAll(events []*sharedEvent) {
	for _, e := range events {
		e.release()
	}
}

// encode encodes the event and counts it against the budget.
func (e *sharedEvent) encode(u aurea.Update) ([]byte, error) {
	var event bytes.Buffer
	if err := writeEvent(&event, u); err != nil {
		return nil, err
	}
	if err := e.held.reserve(int64(event.Cap())); err != nil {
		return nil, err
	}
	return event.Bytes(), nil
}

// release ends one use of the event.
func (e *sharedEvent) release() {
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(e.cache.events, e.key)
		e.held.release()
	}
}
