package transport

import (
	"bytes"
	"errors"
	"io"
	"math"
)

const (
	mostHead          = bigBuffer // bytes of a head, which has to fit in the buffer
	mostLines         = 1000      // of a head or a trailer
	mostInformational = 16        // answers of status 1xx before the one that counts
)

// A head is what the status line and the headers of an answer say about how to
// go on (RFC 9112). The rest of them stays bytes.
type head struct {
	status    int
	http10    bool
	length    int64 // of the body; -1 where it does not say
	chunked   bool
	close     bool // Connection: close
	keepAlive bool // Connection: keep-alive
}

// persistent reports whether the connection may serve another request.
func (h *head) persistent() bool {
	if h.close || h.chunked && h.length >= 0 { // two lengths: somebody is being fooled
		return false
	}
	return !h.http10 || h.keepAlive
}

// readHead reads the head of the answer that counts, past informational ones. The
// bytes it returns are the reader's, and valid until it reads more.
func (d *reader) readHead(h *head) ([]byte, error) {
	for range mostInformational {
		raw, err := d.readOneHead(h)
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

// readStatus reads such as HTTP/1.1 200 OK.
func (h *head) readStatus(line []byte) error {
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[7] != '0' && line[7] != '1' || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return failf(ClassProtocol, "the answer does not begin as one of HTTP/1.1 does: %.40q", line)
	}
	h.http10 = line[7] == '0'
	for _, digit := range line[9:12] {
		if digit < '0' || digit > '9' {
			return failf(ClassProtocol, "the answer's status is no number: %.40q", line)
		}
		h.status = h.status*10 + int(digit-'0')
	}
	if h.status < 100 {
		return failf(ClassProtocol, "the answer's status is none: %.40q", line)
	}
	return nil
}

// readHeader reads a header, and heeds those that say where the answer ends. A
// line that continues the one before it is refused, as it may be (RFC 9112, 5.2).
func (h *head) readHeader(line []byte) error {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || !isToken(line[:colon]) {
		return failf(ClassProtocol, "a line of the answer's head is no header: %.40q", line)
	}
	name, value := line[:colon], line[colon+1:]
	switch {
	case colon == len("Connection") && equalFold(name, "Connection"):
		h.readConnection(value)
	case colon == len("Content-Length") && equalFold(name, "Content-Length"):
		return h.readLength(trimSpace(value))
	case colon == len("Transfer-Encoding") && equalFold(name, "Transfer-Encoding"):
		return h.readCoding(trimSpace(value))
	}
	return nil
}

func (h *head) readConnection(value []byte) {
	for len(value) > 0 {
		option, rest, _ := bytes.Cut(value, []byte(","))
		option = trimSpace(option)
		h.close = h.close || equalFold(option, "close")
		h.keepAlive = h.keepAlive || equalFold(option, "keep-alive")
		value = rest
	}
}

func (h *head) readLength(value []byte) error {
	length := int64(0)
	for _, digit := range value {
		if digit < '0' || digit > '9' || length > (math.MaxInt64-9)/10 {
			return failf(ClassProtocol, "Content-Length is no length: %.40q", value)
		}
		length = length*10 + int64(digit-'0')
	}
	if len(value) == 0 || h.length >= 0 && h.length != length {
		return failf(ClassProtocol, "the answer has more than one Content-Length, or an empty one: %.40q", value)
	}
	h.length = length
	return nil
}

func (h *head) readCoding(value []byte) error {
	if h.chunked || h.http10 || !equalFold(value, "chunked") {
		return failf(ClassProtocol, "the answer has a Transfer-Encoding that is not just chunked: %.40q", value)
	}
	h.chunked = true
	return nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// tokenBytes are those that a name may have (RFC 9110, 5.6.2).
var tokenBytes = func() (table [256]bool) {
	for _, b := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		table[b] = true
	}
	return table
}()

func isToken(name []byte) bool {
	for _, b := range name {
		if !tokenBytes[b] {
			return false
		}
	}
	return len(name) > 0
}
