package httpclient

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/hpack"
)

// An http2Request is a request as HTTP/2 sends it: fields and a body. It does
// not change while it is sent.
type http2Request struct {
	*http2Fields
	own      []byte // the fields of this request alone, encoded without the table
	ownSize  int    // of these fields
	body     []byte
	expects  bool // the body waits for a 100 response
	trailers bool // the response keeps the fields of its trailer
}

// http2Fields are fields that are encoded once. They are immutable, so requests
// may share them.
type http2Fields struct {
	list []hpack.Field
	size int // as RFC 9113, 6.5.2, counts it
}

// add adds a field, whose name is in lower case.
func (f *http2Fields) add(name, value string) {
	field := hpack.NewField(name, value)
	f.list, f.size = append(f.list, field), f.size+field.Size()
}

// addHead adds the pseudo-header fields, which come first.
func (f *http2Fields) addHead(method string, u *url.URL, host string) {
	f.add(":method", method)
	f.add(":scheme", u.Scheme)
	f.add(":authority", host)
	f.add(":path", u.RequestURI())
}

// newHTTP2Request encodes a request: the pseudo-header fields first (RFC 9113,
// 8.3), then the client's own fields, then the caller's in their order.
func newHTTP2Request(method string, u *url.URL, host string, header Header, body []byte) *http2Request {
	r := &http2Request{
		http2Fields: new(http2Fields), body: body, expects: len(body) > 0 && expectsContinue(header),
	}
	r.addHead(method, u, host)
	if _, given := header.Get("User-Agent"); !given {
		r.add("user-agent", userAgent())
	}
	for _, f := range header {
		name, value := strings.ToLower(f.Name), strings.Trim(f.Value, " \t")
		switch name {
		case "host", "connection", "content-length":
			continue
		case "user-agent":
			if value == "" {
				continue
			}
		}
		r.add(name, value)
	}
	if len(body) > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		r.add("content-length", strconv.Itoa(len(body)))
	}
	return r
}
