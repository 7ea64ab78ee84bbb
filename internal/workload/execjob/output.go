package execjob

import (
	"io"
	"sync"
)

// tailBytes is how much of the end of a program's output is kept for the message
// of a failure.
const tailBytes = 400

// An output counts the bytes that a program writes and keeps the last of them.
// It stops a program that writes more than max. It is safe for concurrent use.
type output struct {
	max  int64
	stop func()

	mu          sync.Mutex
	bytes       int64
	out, errors []byte // the ends of both streams
}

func newOutput(maxBytes int64, stop func()) *output { return &output{max: maxBytes, stop: stop} }

func (o *output) stdout() io.Writer { return stream{o, &o.out} }

func (o *output) stderr() io.Writer { return stream{o, &o.errors} }

// A stream is the standard output or standard error of a program.
type stream struct {
	*output
	tail *[]byte
}

// Write counts and keeps what the program writes. It never fails.
func (s stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += int64(len(p))
	if s.bytes > s.max {
		s.stop()
	}
	end := append(*s.tail, p[max(len(p)-tailBytes, 0):]...)
	*s.tail = append((*s.tail)[:0], end[max(len(end)-tailBytes, 0):]...)
	return len(p), nil
}

func (o *output) written() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes
}

func (o *output) exceeded() bool { return o.max > 0 && o.written() > o.max }

// excerpt returns the end of the program's standard error, or if that is empty,
// of its standard output.
func (o *output) excerpt() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, tail := range [][]byte{o.errors, o.out} {
		if text := printable(tail); text != "" {
			return ": " + text
		}
	}
	return ""
}
