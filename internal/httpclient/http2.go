package httpclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// http2Request prepares a request for net/http, which speaks HTTP/2 for us.
func http2Request(method string, u *url.URL, host string, header Header, body []byte) *http.Request {
	r := &http.Request{Method: method, URL: u, Host: host, Header: http.Header{}, ContentLength: int64(len(body))}
	for _, f := range header {
		switch name := http.CanonicalHeaderKey(f.Name); name {
		case "Host", "Connection", "Content-Length":
		default:
			r.Header.Add(name, f.Value)
		}
	}
	if _, given := r.Header["User-Agent"]; !given {
		r.Header.Set("User-Agent", userAgent())
	}
	return r
}

// maxRefusals is how often a server may refuse a request. It happens as long as
// it has not said how many it takes at once.
const maxRefusals = 8

// minSilence is how long a request must have waited in vain, and nothing have
// come for any other one either, for its connection to be left alone: it may be
// dead. A shorter silence says nothing.
const minSilence = 100 * time.Millisecond

// doHTTP2 is Do over connections that requests share.
func (c *Client) doHTTP2(ctx context.Context, r *Request, keep int, a *Response) error {
	for refusals, repeated := 0, false; ; a.retry() {
		l, found, err := c.reserveHTTP2(ctx, r, a)
		if err != nil {
			return err
		}
		began := now()
		err = c.tryHTTP2(ctx, l, r, keep, a)
		ended := l.conn.Err() != nil
		c.http2.release(l, errors.Is(err, context.DeadlineExceeded) && now()-began >= minSilence && l.stream.silentSince(began))
		switch {
		case err == nil || ctx.Err() != nil || a.Received > 0:
			return err
		case isRefusal(err) && refusals < maxRefusals:
			refusals++
		case ended && found && r.idempotent && !repeated:
			repeated = true
		default:
			return err
		}
	}
}

// reserveHTTP2 reserves a request over a link that it finds, or makes.
func (c *Client) reserveHTTP2(ctx context.Context, r *Request, a *Response) (l *http2Conn, found bool, err error) {
	l, waited, err := c.http2.acquire(ctx, r.target.key, c.options.KeepAlive)
	a.Phases.Wait += waited
	switch {
	case err != nil:
		return nil, false, classify(ctx, ClassTimeout, "waiting for a free connection", err)
	case l != nil:
		return l, true, nil
	}
	l, err = c.dialHTTP2(ctx, r, a)
	return l, false, err
}

// tryHTTP2 does an exchange over a link.
func (c *Client) tryHTTP2(ctx context.Context, l *http2Conn, r *Request, keep int, a *Response) error {
	ctx, cancel := withDeadlineTimer(ctx)
	defer cancel()
	request := r.http2.WithContext(ctx)
	if len(r.body) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(r.body))
	}
	began := now()
	answer, err := l.conn.RoundTrip(request)
	if err == nil || !isUnsent(err) {
		a.Sent += r.size
	}
	first := now()
	a.Phases.FirstByte = first - began
	if err != nil {
		return classify(ctx, classHTTP2(err), "waiting for the answer", err)
	}
	defer answer.Body.Close()
	a.take(answer)
	in := spareReaders.Get().(*reader)
	in.src = answer.Body
	in.begin()
	err = responseReader{in: in, to: a, keep: keep, most: c.options.MaxBody}.readAll()
	in.r, in.w, in.src = 0, 0, nil
	in.end()
	spareReaders.Put(in)
	a.Received += a.Length
	a.Phases.Body = now() - first
	if err != nil {
		return classify(ctx, ClassBody, "reading the body of the answer", bodyCut(err))
	}
	return nil
}

var spareReaders = sync.Pool{New: func() any {
	in := newReader(nil)
	return &in
}}

// take notes the head of an answer. What it was on the wire, compressed, nobody
// says: the sizes are those of its text.
func (a *Response) take(answer *http.Response) {
	a.Status = answer.StatusCode
	a.head = append(strconv.AppendInt(append(a.head, ":status: "...), int64(a.Status), 10), "\r\n"...)
	for name, values := range answer.Header {
		for _, value := range values {
			a.head = append(append(append(append(a.head, name...), ": "...), value...), "\r\n"...)
		}
	}
	a.Received += int64(len(a.head))
}

// sizeHTTP2 is what a request takes on the wire, as far as it can be said: the
// text of its header, and its body.
func sizeHTTP2(r *http.Request) int64 {
	size := r.ContentLength + int64(len(r.Method)+len(r.Host)+len(r.URL.RequestURI()))
	for name, values := range r.Header {
		for _, value := range values {
			size += int64(len(name) + len(value) + len(": \r\n"))
		}
	}
	return size
}
