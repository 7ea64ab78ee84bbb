package httpclient

import "bytes"

const (
	maxHead          = 300 << 10 // bytes of a head, or of a trailer, as in curl
	maxInformational = 1000      // answers of status 1xx before the one that counts: a server may send one again and again while it works
)

// readHead reads the head of the answer that counts, past informational ones. The
// bytes it returns are the reader's, and valid until it reads more. Each of them
// is heeded by what is left of the request.
func (d *reader) readHead(h *head, rest *upload) ([]byte, error) {
	for range maxInformational {
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
	return nil, failf(ClassProtocol, "the server sent %d informational answers and no other", maxInformational)
}

func (d *reader) readOneHead(h *head) ([]byte, error) {
	*h = head{length: -1}
	at, err := d.lineEnd(0) // as all that follow, from d.r
	if err != nil {
		return nil, err
	}
	if err := h.readStatus(d.line(0, at)); err != nil {
		return nil, err
	}
	for field, fieldEnd := at, at; ; { // the header that may go on, if there is one
		end, err := d.lineEnd(at)
		if err != nil {
			return nil, err
		}
		next := d.line(at, end)
		switch {
		case field < at && isFolded(next):
			d.unfold(at)
		case field < at:
			if err := h.readHeader(d.buf[d.r+field : d.r+fieldEnd]); err != nil {
				return nil, err
			}
			fallthrough
		default:
			if len(next) == 0 {
				raw := d.buf[d.r : d.r+end]
				d.r += end
				return raw, nil
			}
			field = at
		}
		fieldEnd = at + len(next)
		at = end
	}
}

// isFolded reports whether a line continues the header before it (RFC 9112, 5.2).
func isFolded(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }

// unfold makes one line of two: it puts spaces in place of the end of the first,
// behind which the second begins.
func (d *reader) unfold(at int) {
	end := d.r + at - 1
	d.buf[end] = ' '
	if d.buf[end-1] == '\r' {
		d.buf[end-1] = ' '
	}
}

// line is the line between two offsets from d.r, without its end.
func (d *reader) line(from, to int) []byte { return trimLine(d.buf[d.r+from : d.r+to]) }

// lineEnd finds where the line ends that begins at an offset from d.r, and reads
// as much as it needs for that.
func (d *reader) lineEnd(at int) (int, error) {
	for from := at; ; {
		i := bytes.IndexByte(d.buf[d.r+from:d.w], '\n')
		end := from + i + 1
		if i < 0 {
			from = d.w - d.r
			end = from + 1 // at least
		}
		if end > maxHead {
			return 0, failf(ClassProtocol, "the head of the answer is longer than the limit of %d bytes", maxHead)
		}
		if i >= 0 {
			return end, nil
		}
		if err := d.fill(); err != nil {
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
