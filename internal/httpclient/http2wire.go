package httpclient

import (
	"net"
	"sync"
	"syscall"
)

// An http2Wire is the socket of an HTTP/2 connection, below TLS if there is
// any. Write only queues, so that frames of many streams leave in one system
// call, and so that nobody who reads waits for a server that does not: both
// sides could wait for each other for ever. flush writes what the socket takes
// at once; a goroutine writes the rest.
type http2Wire struct {
	net.Conn
	raw     syscall.RawConn // nil where a socket cannot be written without blocking
	drained func()          // called when the goroutine has written the rest

	mu       sync.Mutex
	queues   bool   // whether Write queues; it does not until a handshake is over
	out      []byte // queued
	spare    []byte
	draining bool // the goroutine writes
	failed   error

	// State of the current read.
	flushFirst bool // flush, then wait for input before reading
	polls      bool // return errWouldBlock rather than wait
	ahead      bool // return errWouldBlock, so that TLS returns only what it has read ahead
	p          []byte
	n          int
	err        error

	readStep  func(fd uintptr) bool // stored because creating a closure allocates
	writeStep func(fd uintptr)
}

func newHTTP2Wire(socket net.Conn) *http2Wire {
	w := &http2Wire{Conn: socket}
	if s, ok := socket.(syscall.Conn); ok {
		w.raw = rawForHTTP2(s)
	}
	w.readStep, w.writeStep = w.stepRead, w.stepWrite
	return w
}

// queue makes Write queue from now on. drained is called on a goroutine of its
// own after the socket was full.
func (w *http2Wire) queue(drained func()) {
	w.mu.Lock()
	w.queues, w.drained = true, drained
	w.mu.Unlock()
}

// Write queues bytes. It reports the error of an earlier flush.
func (w *http2Wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	if !w.queues {
		w.mu.Unlock()
		return w.Conn.Write(p)
	}
	defer w.mu.Unlock()
	if w.failed != nil {
		return 0, w.failed
	}
	w.out = append(w.out, p...)
	return len(p), nil
}

// flush writes what is queued as far as the socket takes it. It never blocks.
// The reader gets the errors too, so flush returns none.
func (w *http2Wire) flush() {
	w.mu.Lock()
	w.flushLocked()
	w.mu.Unlock()
}

func (w *http2Wire) flushLocked() {
	switch {
	case w.draining || len(w.out) == 0 || w.failed != nil:
		return
	case w.raw != nil:
		if err := w.raw.Control(w.writeStep); err != nil {
			w.failed = err
		}
	}
	w.drainRest()
}

// drainRest starts the goroutine for what the socket did not take.
func (w *http2Wire) drainRest() {
	if len(w.out) > 0 && w.failed == nil {
		w.draining = true
		go w.drain()
	}
}

// drain writes until nothing is queued.
func (w *http2Wire) drain() {
	w.mu.Lock()
	for len(w.out) > 0 && w.failed == nil {
		part := w.out
		w.out, w.spare = w.spare[:0], nil
		w.mu.Unlock()
		_, err := w.Conn.Write(part)
		w.mu.Lock()
		w.spare = part
		if err != nil {
			w.failed = err
		}
	}
	w.draining = false
	w.mu.Unlock()
	w.drained()
}

// backlog returns how many bytes are queued, and whether the socket is full.
func (w *http2Wire) backlog() (n int, full bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.out), w.draining
}

// Read reads what has arrived, or waits for it. One goroutine may read.
func (w *http2Wire) Read(p []byte) (int, error) {
	if w.ahead {
		return 0, errWouldBlock
	}
	if w.raw == nil {
		if w.polls {
			return 0, errWouldBlock
		}
		if w.flushFirst {
			w.flushFirst = false
			w.flush()
		}
		return w.Conn.Read(p)
	}
	return w.readRaw(p)
}

// Close writes what the socket takes and closes it.
func (w *http2Wire) Close() error {
	w.flush()
	return w.Conn.Close()
}
