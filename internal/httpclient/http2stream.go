package httpclient

import "time"

// An http2Stream is a request in progress on an http2Conn. A connection uses
// its streams again. The connection's lock guards all fields but those of the
// owner, the goroutine that waits for the response.
type http2Stream struct {
	id    uint32
	place int           // among the connection's streams in progress
	wake  chan struct{} // has one element once the owner has to look
	leads bool          // the owner reads for all streams
	done  bool
	err   error

	request  *Request
	response *Response
	keep     int   // bytes of the body
	maxBody  int64 // 0 means no limit

	limited  bool
	deadline time.Duration
	watched  <-chan struct{} // Done of the context that ends the request
	unwatch  func() bool

	headRead      bool
	informational int   // 1xx responses
	declared      int64 // length of the body; -1 if unknown
	first, end    time.Duration
	last          time.Duration // when bytes of the body came; 0 for never
	unrefreshed   int64         // bytes received since the last update of the window

	rest      []byte // of the request's body
	window    int64  // bytes that the server takes
	waits     bool   // the body waits for a 100 response
	proceedAt time.Duration
	uploading bool // queued to send more of the body
}

// begin prepares the stream for a request.
func (s *http2Stream) begin(id uint32, r *Request, keep int, maxBody int64, a *Response) {
	*s = http2Stream{
		id: id, wake: s.wake, watched: s.watched, unwatch: s.unwatch,
		request: r, response: a, keep: keep, maxBody: maxBody, declared: -1, rest: r.http2.body,
	}
}

// take takes a part of the response's body.
func (s *http2Stream) take(part []byte) error {
	a := s.response
	kept := min(len(part), s.keep-len(a.Body))
	a.Body = append(a.Body, part[:kept]...)
	if s.maxBody > 0 && int64(len(part)) > s.maxBody-a.Length {
		return failf(ClassBody, "the body of the answer is longer than the limit of %d bytes", s.maxBody)
	}
	a.Truncated = a.Truncated || kept < len(part)
	if a.Seek != nil {
		a.matched = a.Seek.scan(a.matched, part)
	}
	a.Length += int64(len(part))
	return nil
}

// An http2Streams holds the streams in progress of a connection. A stream is
// found by its number without a map: ids are given so that no two streams have
// the same slot.
type http2Streams struct {
	active []*http2Stream
	slots  []*http2Stream // a power of two, at least twice as many as active
	lastID uint32
	idle   []*http2Stream // to be used again
}

// maxStreamID is the largest number of a stream (RFC 9113, 5.1.1).
const maxStreamID = 1<<31 - 1

// slot returns the slot of a stream's number.
func (t *http2Streams) slot(id uint32) *(*http2Stream) { return &t.slots[int(id>>1)&(len(t.slots)-1)] }

// exhausted reports whether the connection runs out of numbers.
func (t *http2Streams) exhausted() bool { return t.lastID > maxStreamID-1<<20 }

// open returns a stream with the next number whose slot is free. Numbers in
// between are never used, which is as if they were closed (RFC 9113, 5.1.1).
func (t *http2Streams) open() (s *http2Stream, id uint32) {
	if 2*(len(t.active)+1) > len(t.slots) {
		t.grow()
	}
	if t.lastID == 0 {
		id = 1
	} else {
		id = t.lastID + 2
	}
	for *t.slot(id) != nil {
		id += 2
	}
	if n := len(t.idle); n > 0 {
		s, t.idle = t.idle[n-1], t.idle[:n-1]
	} else {
		s = &http2Stream{wake: make(chan struct{}, 1)}
	}
	return s, id
}

// add adds a stream that has begun.
func (t *http2Streams) add(s *http2Stream) {
	t.lastID, s.place = s.id, len(t.active)
	t.active = append(t.active, s)
	*t.slot(s.id) = s
}

// grow doubles the slots. Streams that had slots of their own keep that.
func (t *http2Streams) grow() {
	t.slots = make([]*http2Stream, max(8, 2*len(t.slots)))
	for _, s := range t.active {
		*t.slot(s.id) = s
	}
}

// find returns the stream in progress with a number, or nil.
func (t *http2Streams) find(id uint32) *http2Stream {
	if len(t.slots) == 0 || id&1 == 0 {
		return nil
	}
	if s := *t.slot(id); s != nil && s.id == id {
		return s
	}
	return nil
}

// remove removes a stream in progress.
func (t *http2Streams) remove(s *http2Stream) {
	*t.slot(s.id) = nil
	last := len(t.active) - 1
	moved := t.active[last]
	t.active[s.place], moved.place = moved, s.place
	t.active[last], t.active = nil, t.active[:last]
}

// giveBack keeps a stream that has ended to be used again.
func (t *http2Streams) giveBack(s *http2Stream) {
	s.request, s.response, s.rest, s.err = nil, nil, nil, nil
	t.idle = append(t.idle, s)
}
