package httpclient

import (
	"fmt"
	"net/http"
	"strings"
)

// A Request is a prepared request. It is immutable; many goroutines may send it
// at once.
type Request struct {
	target     target
	wire       []byte // as it is written
	bodyStart  int    // offset of the body if the request expects a 100 response; otherwise 0
	toHEAD     bool
	toProxy    bool // in absolute form
	idempotent bool // may be sent again (RFC 9110, 9.2.2)

	http2 *http2Request // nil for HTTP/1.1
}

// NewRequest prepares a request for clients with these options. It needs no
// client, so that a request can be checked before there is one.
//
// A Host header overrides the URL's host; an
// empty User-Agent omits that header. The body is copied for HTTP/1.1 and must
// not change for HTTP/2.
//
// It refuses a URL that is not http or https or has credentials, names and
// values that HTTP does not allow, and headers about framing, which only the
// client sets.
func (o Options) NewRequest(method, rawURL string, header Header, body []byte) (*Request, error) {
	if err := CheckMethod(method); err != nil {
		return nil, err
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
	requestTarget := u.RequestURI()
	if o.Proxy != nil {
		switch err := checkProxied(&t); {
		case err != nil:
			return nil, err
		case t.secure:
		case o.HTTP2:
			return nil, errNoProxy
		default:
			if requestTarget, err = absoluteForm(u); err != nil {
				return nil, err
			}
			header, r.toProxy = o.Proxy.header(header), true
		}
	}
	if o.HTTP2 {
		r.http2 = newHTTP2Request(method, u, host, header, body)
		return r, nil
	}
	r.wire = serialize(method, requestTarget, host, header, body, o.KeepAlive)
	if len(body) > 0 && expectsContinue(header) {
		r.bodyStart = len(r.wire) - len(body)
	}
	return r, nil
}

// CheckMethod returns an error for a method that NewRequest refuses.
func CheckMethod(method string) error {
	switch {
	case method == http.MethodConnect:
		return fmt.Errorf("must be a method that asks for a resource, such as GET; CONNECT opens a tunnel")
	case !isToken([]byte(method)):
		return fmt.Errorf("must be a method such as GET or POST, a word of letters; got %q", method)
	}
	return nil
}

// NewRequest prepares a request like Options.NewRequest.
func (c *Client) NewRequest(method, rawURL string, header Header, body []byte) (*Request, error) {
	return c.options.NewRequest(method, rawURL, header, body)
}

// expectsContinue reports whether the body waits for a 100 response (RFC 9110,
// 10.1.1).
func expectsContinue(header Header) bool {
	value, _ := header.Get("Expect")
	return strings.EqualFold(value, "100-continue")
}

// isIdempotent reports whether a request may be sent again (RFC 9110, 9.2.2):
// its method is idempotent, or it has an idempotency key.
func isIdempotent(method string, header Header) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	_, keyed := header.Get("Idempotency-Key")
	return keyed
}
