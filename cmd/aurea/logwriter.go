package main

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// logQueueLen is how many lines may wait for a slow reader of the log.
	logQueueLen = 1000
	// logFlushTimeout is how long the end of the service waits for that reader.
	logFlushTimeout = 500 * time.Millisecond
)

// A logWriter passes lines on and never waits for who reads them. Lines that find
// no room, or that cannot be written because the reader is gone, are dropped and
// counted; when there is a reader again, the log says how many. Make one with
// newLogWriter and end it with Close. Its methods may be called concurrently.
type logWriter struct {
	out     io.Writer
	dropped atomic.Int64
	done    chan struct{} // closed when nothing more is written

	mu     sync.Mutex
	closed bool
	lines  chan []byte
}

func newLogWriter(out io.Writer) *logWriter {
	w := &logWriter{out: out, done: make(chan struct{}), lines: make(chan []byte, logQueueLen)}
	go w.run()
	return w
}

// Write takes one line. It does not fail.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		w.dropped.Add(1)
		return len(line), nil
	}
	select {
	case w.lines <- append([]byte(nil), line...):
	default:
		w.dropped.Add(1)
	}
	return len(line), nil
}

// Dropped is how many lines were not written so far.
func (w *logWriter) Dropped() int64 { return w.dropped.Load() }

// run writes the lines, each alone, until Close.
func (w *logWriter) run() {
	defer close(w.done)
	reported := int64(0)
	for line := range w.lines {
		if _, err := w.out.Write(line); err != nil {
			w.dropped.Add(1)
			continue
		}
		if dropped := w.dropped.Load(); dropped > reported {
			slog.New(slog.NewTextHandler(w.out, nil)).Warn("log lines were dropped: the reader of the log was too slow, or gone", "lines", dropped-reported)
			reported = dropped
		}
	}
}

// Close writes what is left, if it is taken soon.
func (w *logWriter) Close() {
	w.mu.Lock()
	w.closed = true
	close(w.lines)
	w.mu.Unlock()
	select {
	case <-w.done:
	case <-time.After(logFlushTimeout):
	}
}
