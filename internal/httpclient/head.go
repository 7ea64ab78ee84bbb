package httpclient

import "bytes"

const (
	maxHead          = 300 << 10 // bytes of a head or trailer, as in curl
	maxInformational = 1000      // 1xx responses before the final one; a server may send them repeatedly while it works
)

// readHead reads the head of the final response and passes informational ones
// to the upload. The returned bytes are valid until the next read.
func (d *reader) readHead(h *head, rest *upload) ([]byte, error) {
	for range maxInformational {
		raw, err := d.readOneHead(h)
		if err == nil {
			rest.onStatus(h.status)
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

// readOneHead reads one head.
func (d *reader) readOneHead(h *head) ([]byte, error) {
	*h = head{length: -1}
	at, err := d.lineEnd(0) // this and the following offsets are relative to d.r
	if err != nil {
		return nil, err
	}
	if err := h.readStatus(d.line(0, at)); err != nil {
		return nil, err
	}
	for field, fieldEnd := at, at; ; { // the current field, which the next line may continue
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

// isFolded reports whether a line continues the previous field (RFC 9112, 5.2).
func isFolded(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }

// unfold joins two lines: it overwrites the end of the line before at with
// spaces.
func (d *reader) unfold(at int) {
	end := d.r + at - 1
	d.buf[end] = ' '
	if d.buf[end-1] == '\r' {
		d.buf[end-1] = ' '
	}
}

// line returns the line between two offsets from d.r, without its line break.
func (d *reader) line(from, to int) []byte { return trimLine(d.buf[d.r+from : d.r+to]) }

// lineEnd returns the end of the line that starts at an offset from d.r,
// reading more if necessary.
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

// trimLine removes a line's CRLF, or LF alone (RFC 9112, 2.2).
func trimLine(line []byte) []byte {
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
