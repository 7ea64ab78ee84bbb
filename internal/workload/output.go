package workload

import (
	"io"
	"sync"
)

// tailBytes is how much of the end of a program's output is kept to tell of a
// failure.
const tailBytes = 400

// An output counts what a program writes, and keeps the end of it. It stops a
// program that writes more than it may. Its methods may be called at once.
type output struct {
	most int64
	stop func()

	mu          sync.Mutex
	bytes       int64
	out, errors []byte // the ends of both streams
}

func newOutput(most int64, stop func()) *output { return &output{most: most, stop: stop} }

func (o *output) stdout() io.Writer { return stream{o, &o.out} }

func (o *output) stderr() io.Writer { return stream{o, &o.errors} }

// A stream is one of the two that a program writes to.
type stream struct {
	*output
	tail *[]byte
}

// Write takes what the program writes. It never fails.
func (s stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += int64(len(p))
	if s.bytes > s.most {
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

func (o *output) overflown() bool { return o.most > 0 && o.written() > o.most }

// sample is the end of what the program said, for a message: of its errors, or,
// without any, of its output.
func (o *output) sample() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, said := range [][]byte{o.errors, o.out} {
		if text := printable(said); text != "" {
			return ": " + text
		}
	}
	return ""
}
