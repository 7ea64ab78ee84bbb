package httpclient

import (
	"errors"
	"net/http"

	"github.com/aurea-orchestrator/aurea/internal/hpack"
)

// A Call is what the requests of a gRPC method have in common. It is immutable;
// many goroutines may prepare requests from it at once.
type Call struct {
	target target
	fields http2Fields
}

// NewCall prepares the calls of a method at a URL, for clients of HTTP/2. The
// header has the fields that every call sends beside those of the protocol; a
// Host header overrides the URL's host.
func (o Options) NewCall(rawURL string, header Header) (*Call, error) {
	if !o.HTTP2 {
		return nil, errors.New("gRPC needs HTTP/2")
	}
	u, t, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	host, err := hostHeader(u, header)
	if err != nil {
		return nil, err
	}
	header = header.Without("Host")
	if err := checkHeader(header, 0); err != nil {
		return nil, err
	}
	c := &Call{target: t}
	c.fields.addHead(http.MethodPost, u, host)
	c.fields.add("content-type", "application/grpc")
	c.fields.add("te", "trailers")
	c.fields.add("user-agent", userAgent())
	for _, f := range header {
		c.fields.add(f.Name, f.Value)
	}
	return c, nil
}

// Prepare makes r the request of one call, whose body has its messages with
// their prefixes. It uses what r has of an earlier call, which must be over.
// The response keeps the fields of the trailer behind those of its head. The
// body must not change while the request is sent.
func (c *Call) Prepare(r *Request, body []byte) {
	made := r.http2
	if made == nil {
		made = new(http2Request)
	}
	*made = http2Request{http2Fields: &c.fields, own: made.own[:0], body: body, trailers: true}
	*r = Request{target: c.target, http2: made}
}

// AddField adds a field that only this request of a Call has. The name must be
// in lower case, and neither may have what HTTP does not allow.
func AddField[T ~string | ~[]byte](r *Request, name string, value T) {
	r.http2.own = hpack.AppendPlain(r.http2.own, name, value)
	r.http2.ownSize += hpack.PlainSize(name, value)
}

// ResetCode returns the code with which the server has reset the stream of a
// request (RFC 9113, 7), and whether it has.
func ResetCode(err error) (code uint32, reset bool) {
	var found *resetError
	if errors.As(err, &found) {
		return uint32(found.code), true
	}
	return 0, false
}
