package httpclient

import (
	"fmt"
	"net/http"
	"strings"
)

// A Request is what is to be sent, made once and never changed: many goroutines
// may send the same one at once.
type Request struct {
	target     target
	wire       []byte // as it is written
	bodyAt     int    // where in it the body begins if the request expects an answer 100 before it, or 0
	toHEAD     bool
	idempotent bool // to send it twice is to send it once (RFC 9110, 9.2.2)

	http2 *http.Request // of a client that speaks it
	body  []byte
	size  int64 // of both, on the wire
}

// NewRequest prepares a request. A header Host takes the place of the url's; an
// empty User-Agent leaves it out. The body is copied for HTTP/1.1 and must not
// change for HTTP/2.
//
// It refuses what would not arrive as it was meant: a url that is not http or
// https or has a user in it, names and values that HTTP does not allow, and
// headers that say how a message is framed, which is the client's to say.
func (c *Client) NewRequest(method, rawURL string, header Header, body []byte) (*Request, error) {
	if method == "" || !isToken([]byte(method)) || method == http.MethodConnect {
		return nil, fmt.Errorf("%q is no method that a job may use", method)
	}
	u, t, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	if err := checkHeader(header, len(body)); err != nil {
		return nil, err
	}
	r := &Request{target: t, toHEAD: method == http.MethodHead, idempotent: isIdempotent(method, header)}
	host, err := hostHeader(u, header)
	if err != nil {
		return nil, err
	}
	if c.options.HTTP2 {
		r.http2, r.body = http2Request(method, u, host, header, body), body
		r.size = sizeHTTP2(r.http2)
		return r, nil
	}
	r.wire = serialize(method, u.RequestURI(), host, header, body, c.options.KeepAlive)
	if len(body) > 0 && expectsContinue(header) {
		r.bodyAt = len(r.wire) - len(body)
	}
	return r, nil
}

// expectsContinue reports whether the body waits until the server wants it (RFC
// 9110, 10.1.1).
func expectsContinue(header Header) bool {
	value, _ := header.Get("Expect")
	return strings.EqualFold(value, "100-continue")
}

// isIdempotent reports whether a request may be sent again without asking (RFC
// 9110, 9.2.2): its method is idempotent, or it has a key by which its server
// knows it again.
func isIdempotent(method string, header Header) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	_, keyed := header.Get("Idempotency-Key")
	return keyed
}
