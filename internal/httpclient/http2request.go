package httpclient

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/hpack"
)

// An http2Request is a request as HTTP/2 sends it: fields, encoded once, and a
// body. It is immutable.
type http2Request struct {
	fields  []hpack.Field
	size    int // of the fields (RFC 9113, 6.5.2)
	body    []byte
	expects bool // the body waits for a 100 response
}

// newHTTP2Request encodes a request: the pseudo-header fields first (RFC 9113,
// 8.3), then the client's own fields, then the caller's in their order.
func newHTTP2Request(method string, u *url.URL, host string, header Header, body []byte) *http2Request {
	r := &http2Request{body: body, expects: len(body) > 0 && expectsContinue(header)}
	add := func(name, value string) {
		f := hpack.NewField(name, value)
		r.fields, r.size = append(r.fields, f), r.size+f.Size()
	}
	add(":method", method)
	add(":scheme", u.Scheme)
	add(":authority", host)
	add(":path", u.RequestURI())
	if _, given := header.Get("User-Agent"); !given {
		add("user-agent", userAgent())
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
		add(name, value)
	}
	if len(body) > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		add("content-length", strconv.Itoa(len(body)))
	}
	return r
}
