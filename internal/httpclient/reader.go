package httpclient

import (
	"io"
	"sync"
)

const (
	smallBuffer = 4 << 10  // each connection has one
	bigBuffer   = 64 << 10 // lent for a long answer
	maxBuffer   = maxHead  // made for a head, or a line of a trailer, that is longer
)

var (
	smallBuffers = sync.Pool{New: func() any { return new([smallBuffer]byte) }}
	bigBuffers   = sync.Pool{New: func() any { return new([bigBuffer]byte) }}
)

// A reader buffers what comes from a connection. What is parsed or skipped is
// parsed and skipped in the buffer.
type reader struct {
	src   io.Reader
	buf   []byte
	r, w  int   // buf[r:w] was read from src and not yet used
	total int64 // bytes read from src since begin

	small *[smallBuffer]byte
	big   *[bigBuffer]byte // nil where none is needed
}

func newReader(src io.Reader) reader {
	small := smallBuffers.Get().(*[smallBuffer]byte)
	return reader{src: src, buf: small[:], small: small}
}

// free gives the buffers back. The reader is of no use any more.
func (d *reader) free() {
	d.end()
	smallBuffers.Put(d.small)
	d.small, d.buf = nil, nil
}

// begin makes the reader ready for another answer.
func (d *reader) begin() { d.total = 0 }

// end gives back a buffer that was lent.
func (d *reader) end() {
	if d.big == nil {
		return
	}
	d.w = copy(d.small[:], d.buf[d.r:d.w])
	d.buf, d.r = d.small[:], 0
	bigBuffers.Put(d.big)
	d.big = nil
}

func (d *reader) buffered() []byte { return d.buf[d.r:d.w] }

// enlarge borrows a big buffer for what is to come.
func (d *reader) enlarge() {
	if d.big != nil {
		return
	}
	d.big = bigBuffers.Get().(*[bigBuffer]byte)
	d.w = copy(d.big[:], d.buf[d.r:d.w])
	d.buf, d.r = d.big[:], 0
}

// grow makes a buffer for a head for which the big one is too small.
func (d *reader) grow() {
	larger := make([]byte, min(2*len(d.buf), maxBuffer))
	d.w = copy(larger, d.buf[d.r:d.w])
	d.buf, d.r = larger, 0
}

// fill reads more. What is buffered stays, and may move. It fails with
// io.ErrShortBuffer when there is no more room.
func (d *reader) fill() error {
	room, err := d.room()
	if err != nil {
		return err
	}
	n, err := d.src.Read(room)
	d.add(n)
	if n > 0 {
		return nil // an error comes again
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// room is where to read to. There is always some, or an error.
func (d *reader) room() ([]byte, error) {
	switch {
	case d.r == d.w:
		d.r, d.w = 0, 0
	case d.w < len(d.buf):
	case d.r > 0:
		d.w = copy(d.buf, d.buf[d.r:d.w])
		d.r = 0
	case d.big == nil:
		d.enlarge()
	case len(d.buf) < maxBuffer:
		d.grow()
	default:
		return nil, io.ErrShortBuffer
	}
	return d.buf[d.w:], nil
}

// add says that n bytes were read to the room.
func (d *reader) add(n int) {
	d.w += n
	d.total += int64(n)
}
