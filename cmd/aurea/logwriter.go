package main

import (
	"bytes"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// logQueueLen is the number of lines that are queued for a slow reader.
	logQueueLen = 1000
	// logWriteSize is what a write has at most, and the rest of a line. A pipe takes
	// that much at once, so lines of several processes do not mix.
	logWriteSize = 2 << 10
	// logFlushTimeout limits how long Close waits for a slow reader.
	logFlushTimeout = 500 * time.Millisecond
)

// A logWriter writes log lines from a queue, so that a slow reader of the log
// never blocks the service. It drops and counts lines that find the queue full
// or fail to be written. After the next successful write it logs the number of
// dropped lines. Its methods may be called concurrently.
type logWriter struct {
	out     io.Writer
	dropped atomic.Int64
	done    chan struct{} // closed when run returns

	mu     sync.Mutex
	closed bool
	lines  chan []byte
}

// newLogWriter starts a logWriter. Stop it with Close.
func newLogWriter(out io.Writer) *logWriter {
	w := &logWriter{out: out, done: make(chan struct{}), lines: make(chan []byte, logQueueLen)}
	go w.run()
	return w
}

// Write queues one line. It never fails.
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

// Dropped returns the number of lines dropped so far.
func (w *logWriter) Dropped() int64 { return w.dropped.Load() }

// run writes the queued lines until Close. Lines that wait together are written
// together: a busy service wakes it once for many.
func (w *logWriter) run() {
	defer close(w.done)
	reported := int64(0)
	var text []byte
	for line := range w.lines {
		text = w.appendQueued(append(text[:0], line...))
		if n, err := w.out.Write(text); err != nil {
			w.dropped.Add(int64(bytes.Count(text[n:], []byte("\n"))))
			continue
		}
		if dropped := w.dropped.Load(); dropped > reported {
			log := slog.New(slog.NewTextHandler(w.out, nil))
			log.Warn("log lines were dropped: the reader of the log was too slow, or gone", "lines", dropped-reported)
			reported = dropped
		}
	}
}

// appendQueued appends lines from the queue while they fit in logWriteSize.
func (w *logWriter) appendQueued(text []byte) []byte {
	runtime.Gosched() // lines that are about to come are written, too
	for len(text) < logWriteSize {
		select {
		case line, open := <-w.lines:
			if !open {
				return text
			}
			text = append(text, line...)
		default:
			return text
		}
	}
	return text
}

// Close writes the queued lines, for at most logFlushTimeout.
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

// newLog returns a logger that writes text at a level and above.
func newLog(level string, stderr io.Writer) (*slog.Logger, error) {
	var parsed slog.Level
	if err := parsed.UnmarshalText([]byte(level)); err != nil {
		return nil, usageErrorf("--log-level must be debug, info, warn or error; got %q", level)
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: parsed})), nil
}
