package httpclient

import (
	"io"
	"sync"
)

const (
	smallBuffer = 4 << 10  // borrowed for a response
	bigBuffer   = 64 << 10 // borrowed for a long response
	maxBuffer   = maxHead  // allocated for a longer head or trailer line
)

var (
	smallBuffers = sync.Pool{New: func() any { return new([smallBuffer]byte) }}
	bigBuffers   = sync.Pool{New: func() any { return new([bigBuffer]byte) }}
)

// A reader buffers the input of a connection. Callers parse and skip within the
// buffer. It borrows the buffer when there is something to read, so that a
// connection that waits for a response holds none.
type reader struct {
	src   io.Reader
	buf   []byte
	r, w  int   // buf[r:w] is read but not yet consumed
	total int64 // bytes read since startResponse
	held  error // returned in place of reading more; nil to read

	small *[smallBuffer]byte // nil unless borrowed
	big   *[bigBuffer]byte   // nil unless borrowed
}

func newReader(src io.Reader) reader { return reader{src: src} }

// release returns all buffers, and drops what is buffered.
func (d *reader) release() {
	d.r, d.w = 0, 0
	d.returnBig()
	if d.small != nil {
		smallBuffers.Put(d.small)
	}
	d.small, d.buf = nil, nil
}

// endResponse returns the buffers unless there is input after the response.
func (d *reader) endResponse() {
	if d.r == d.w {
		d.release()
	} else {
		d.returnBig()
	}
}

// startResponse prepares the reader for another response.
func (d *reader) startResponse() { d.total = 0 }

// returnBig returns a borrowed buffer.
func (d *reader) returnBig() {
	if d.big == nil {
		return
	}
	d.w = copy(d.small[:], d.buf[d.r:d.w])
	d.buf, d.r = d.small[:], 0
	bigBuffers.Put(d.big)
	d.big = nil
}

// borrowSmall borrows the small buffer.
func (d *reader) borrowSmall() {
	if d.small == nil {
		d.small = smallBuffers.Get().(*[smallBuffer]byte)
		d.buf = d.small[:]
	}
}

// buffered returns the unconsumed input.
func (d *reader) buffered() []byte { return d.buf[d.r:d.w] }

// borrowBig switches to a big buffer.
func (d *reader) borrowBig() {
	if d.big != nil {
		return
	}
	d.borrowSmall()
	d.big = bigBuffers.Get().(*[bigBuffer]byte)
	d.w = copy(d.big[:], d.buf[d.r:d.w])
	d.buf, d.r = d.big[:], 0
}

// grow allocates a larger buffer for a head that does not fit the big one.
func (d *reader) grow() {
	larger := make([]byte, min(2*len(d.buf), maxBuffer))
	d.w = copy(larger, d.buf[d.r:d.w])
	d.buf, d.r = larger, 0
}

// fill reads more input. It may move what is buffered. It returns
// io.ErrShortBuffer if the buffer cannot grow further.
func (d *reader) fill() error {
	if d.held != nil {
		return d.held
	}
	room, err := d.space()
	if err != nil {
		return err
	}
	n, err := d.src.Read(room)
	d.advance(n)
	if n > 0 {
		return nil // the next read returns the error again
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// fillFor is fill where n more bytes are expected.
func (d *reader) fillFor(n int64) error {
	if n > smallBuffer && d.held == nil {
		d.borrowBig()
	}
	return d.fill()
}

// space returns the free part of the buffer, which is never empty without an
// error.
func (d *reader) space() ([]byte, error) {
	d.borrowSmall()
	switch {
	case d.r == d.w:
		d.r, d.w = 0, 0
	case d.w < len(d.buf):
	case d.r > 0:
		d.w = copy(d.buf, d.buf[d.r:d.w])
		d.r = 0
	case d.big == nil:
		d.borrowBig()
	case len(d.buf) < maxBuffer:
		d.grow()
	default:
		return nil, io.ErrShortBuffer
	}
	return d.buf[d.w:], nil
}

// advance adds n bytes that were read into space.
func (d *reader) advance(n int) {
	d.w += n
	d.total += int64(n)
}
