package httpclient

import (
	"bytes"
	"strings"
)

// HeaderLines returns the header fields of the request as they are sent, "Name:
// value" each, with the client's own.
func (r *Request) HeaderLines() (lines []string) {
	if r.http2 == nil {
		return headerLines(r.wire)
	}
	for _, f := range r.http2.list {
		if name, value := f.Text(); !strings.HasPrefix(name, ":") {
			lines = append(lines, name+": "+value)
		}
	}
	return lines
}

// HeaderLines returns the header fields of the response as they were received,
// "Name: value" each.
func (a *Response) HeaderLines() []string { return headerLines(a.head) }

// headerLines returns the lines between the first line of a message and the empty
// one.
func headerLines(message []byte) (lines []string) {
	_, rest, _ := bytes.Cut(message, []byte("\n"))
	for {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); !found || len(line) == 0 {
			return lines
		}
		lines, rest = append(lines, string(line)), after
	}
}
