package httpclient

import (
	"bytes"
	"math"
)

// A head holds the parts of a status line and header fields that determine how
// the response continues (RFC 9112). The other fields remain bytes.
type head struct {
	status    int
	http10    bool
	length    int64 // of the body; -1 if unknown
	chunked   bool
	close     bool // Connection: close
	keepAlive bool // Connection: keep-alive
}

// persistent reports whether the connection may serve another request.
func (h *head) persistent() bool {
	if h.close || h.chunked && h.length >= 0 { // two lengths may be an attempt at request smuggling
		return false
	}
	return !h.http10 || h.keepAlive
}

// readStatus parses a status line such as HTTP/1.1 200 OK. An unknown minor
// version is read as HTTP/1.1 (RFC 9110, 2.5).
func (h *head) readStatus(line []byte) error {
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || !isDigit(line[7]) || line[8] != ' ' ||
		len(line) > 12 && line[12] != ' ' {
		return failf(ClassProtocol, "the answer does not begin as one of HTTP/1.1 does: %.40q", line)
	}
	h.http10 = line[7] == '0'
	for _, digit := range line[9:12] {
		if !isDigit(digit) {
			return failf(ClassProtocol, "the answer's status is no number: %.40q", line)
		}
		h.status = h.status*10 + int(digit-'0')
	}
	if h.status < 100 {
		return failf(ClassProtocol, "the answer's status is none: %.40q", line)
	}
	if hasControl(line[12:]) {
		return failf(ClassProtocol, "the answer's status line has a control character: %.80q", line)
	}
	return nil
}

// readHeader parses a header field and stores those about framing.
func (h *head) readHeader(line []byte) error {
	colon, err := checkField(line, "head")
	if err != nil {
		return err
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

// checkField returns the offset of a field's colon. It refuses malformed fields
// and control characters, which allow response splitting (RFC 9110, 5.5).
func checkField(line []byte, where string) (colon int, err error) {
	colon = bytes.IndexByte(line, ':')
	if colon <= 0 || !isToken(line[:colon]) {
		return 0, failf(ClassProtocol, "a line of the answer's %s is no header: %.40q", where, line)
	}
	if hasControl(line) {
		return 0, failf(ClassProtocol, "a header in the answer's %s has a control character: %.80q", where, line)
	}
	return colon, nil
}

// readConnection parses a Connection field.
func (h *head) readConnection(value []byte) {
	for len(value) > 0 {
		option, rest, _ := bytes.Cut(value, []byte(","))
		option = trimSpace(option)
		h.close = h.close || equalFold(option, "close")
		h.keepAlive = h.keepAlive || equalFold(option, "keep-alive")
		value = rest
	}
}

// lengthOverflow is a Content-Length that does not fit (RFC 9110, 8.6). It is
// an error only if the response has a body.
const lengthOverflow = math.MaxInt64

// readLength parses a Content-Length field.
func (h *head) readLength(value []byte) error {
	length := int64(0)
	for _, digit := range value {
		switch {
		case !isDigit(digit):
			return failf(ClassProtocol, "Content-Length is no length: %.40q", value)
		case length > (math.MaxInt64-9)/10:
			length = lengthOverflow
		default:
			length = length*10 + int64(digit-'0')
		}
	}
	if len(value) == 0 || h.length >= 0 && h.length != length {
		return failf(ClassProtocol, "the answer has more than one Content-Length, or an empty one: %.40q", value)
	}
	h.length = length
	return nil
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// readCoding parses a Transfer-Encoding field.
func (h *head) readCoding(value []byte) error {
	if h.chunked || h.http10 || !equalFold(value, "chunked") {
		return failf(ClassProtocol, "the answer has a Transfer-Encoding that is not just chunked: %.40q", value)
	}
	h.chunked = true
	return nil
}
