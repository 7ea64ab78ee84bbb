package transport

import (
	"bytes"
	"errors"
	"io"
)

const (
	mostHead          = bigBuffer // bytes of a head, which has to fit in the buffer
	mostLines         = 1000      // of a head or a trailer
	mostInformational = 16        // answers of status 1xx before the one that counts
)

// readHead reads the head of the answer that counts, past informational ones. The
// bytes it returns are the reader's, and valid until it reads more. Each of them
// is heeded by what is left of the request.
func (d *reader) readHead(h *head, rest *upload) ([]byte, error) {
	for range mostInformational {
		raw, err := d.readOneHead(h)
		if err == nil {
			rest.heed(h.status)
		}
		if err != nil || h.status >= 200 {
			return raw, err
		}
		if h.status == 101 {
			return nil, failf(ClassProtocol, "the server switches protocols, to which it was not asked")
		}
	}
	return nil, failf(ClassProtocol, "the server sent %d informational answers and no other", mostInformational)
}

func (d *reader) readOneHead(h *head) ([]byte, error) {
	*h = head{length: -1}
	at := 0 // from d.r
	for line := range mostLines {
		end, err := d.lineEnd(at)
		if err != nil {
			return nil, err
		}
		text := trimLine(d.buf[d.r+at : d.r+end])
		at = end
		switch {
		case line == 0:
			err = h.readStatus(text)
		case len(text) == 0:
			raw := d.buf[d.r : d.r+at]
			d.r += at
			return raw, nil
		default:
			err = h.readHeader(text)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, failf(ClassProtocol, "the head of the answer has more than %d lines", mostLines)
}

// lineEnd finds where the line ends that begins at an offset from d.r, and reads
// as much as it needs for that.
func (d *reader) lineEnd(at int) (int, error) {
	for from := at; ; {
		if i := bytes.IndexByte(d.buf[d.r+from:d.w], '\n'); i >= 0 {
			return from + i + 1, nil
		}
		from = d.w - d.r
		if err := d.fill(); errors.Is(err, io.ErrShortBuffer) {
			return 0, failf(ClassProtocol, "the head of the answer is longer than %d bytes", mostHead)
		} else if err != nil {
			return 0, err
		}
	}
}

// trimLine takes the end off a line: CRLF, or LF alone (RFC 9112, 2.2).
func trimLine(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
