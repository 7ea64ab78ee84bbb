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

// http2Request prepares a request for net/http, which implements HTTP/2.
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

// maxRefusals is how often a request is sent again after a server refused it.
// Servers refuse streams until the client knows their limit.
const maxRefusals = 8

// minSilence is how long a connection must be silent, while a request times
// out, to be considered dead. Then it gets no further requests.
const minSilence = 100 * time.Millisecond

// doHTTP2 is Do over shared HTTP/2 connections.
func (c *Client) doHTTP2(ctx context.Context, r *Request, keep int, a *Response) error {
	for refusals, repeated := 0, false; ; a.retry() {
		l, reused, err := c.reserveHTTP2(ctx, r, a)
		if err != nil {
			return err
		}
		start := now()
		err = c.tryHTTP2(ctx, l, r, keep, a)
		ended := l.conn.Err() != nil
		c.http2.release(l, errors.Is(err, context.DeadlineExceeded) && now()-start >= minSilence &&
			l.stream.silentSince(start))
		switch {
		case err == nil || ctx.Err() != nil || a.Received > 0:
			return err
		case isRefusal(err) && refusals < maxRefusals:
			refusals++
		case ended && reused && r.idempotent && !repeated:
			repeated = true
		default:
			return err
		}
	}
}

// reserveHTTP2 reserves a request on an existing or a new connection.
func (c *Client) reserveHTTP2(ctx context.Context, r *Request, a *Response) (l *http2Conn, reused bool, err error) {
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

// tryHTTP2 does an exchange on a connection.
func (c *Client) tryHTTP2(ctx context.Context, l *http2Conn, r *Request, keep int, a *Response) error {
	if err := ctx.Err(); err != nil {
		return classify(ctx, ClassTimeout, "before asking", err)
	}
	ctx, cancel := withDeadlineTimer(ctx)
	defer cancel()
	request := r.http2.WithContext(ctx)
	if len(r.body) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(r.body))
	}
	start := now()
	response, err := l.conn.RoundTrip(request)
	if err == nil || !isUnsent(err) {
		a.Sent += r.size
	}
	first := now()
	a.Phases.FirstByte = first - start
	if err != nil {
		return classify(ctx, classHTTP2(err), "waiting for the answer", err)
	}
	defer response.Body.Close()
	a.setHead(response)
	in := readerPool.Get().(*reader)
	in.src = response.Body
	in.startResponse()
	err = responseReader{in: in, response: a, keep: keep, maxBody: c.options.MaxBody}.readAll()
	in.r, in.w, in.src = 0, 0, nil
	in.returnBig()
	readerPool.Put(in)
	a.Received += a.Length
	a.Phases.Body = now() - first
	if err != nil {
		return classify(ctx, ClassBody, "reading the body of the answer", bodyReadError(err))
	}
	return nil
}

var readerPool = sync.Pool{New: func() any {
	in := newReader(nil)
	return &in
}}

// setHead stores the head of a response. Its compressed size is unknown, so the
// size of its text is counted.
func (a *Response) setHead(response *http.Response) {
	a.Status = response.StatusCode
	a.head = append(strconv.AppendInt(append(a.head, ":status: "...), int64(a.Status), 10), "\r\n"...)
	for name, values := range response.Header {
		for _, value := range values {
			a.head = append(append(append(append(a.head, name...), ": "...), value...), "\r\n"...)
		}
	}
	a.Received += int64(len(a.head))
}

// sizeHTTP2 estimates a request's size on the wire: the text of its header, and
// its body.
func sizeHTTP2(r *http.Request) int64 {
	size := r.ContentLength + int64(len(r.Method)+len(r.Host)+len(r.URL.RequestURI()))
	for name, values := range r.Header {
		for _, value := range values {
			size += int64(len(name) + len(value) + len(": \r\n"))
		}
	}
	return size
}
