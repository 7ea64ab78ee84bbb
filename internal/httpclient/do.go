package httpclient

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// Do sends a request and reads the response to its end. It resets a and fills
// it; if Do fails, a holds what was received. The first keep bytes of the body
// are kept, the rest is only counted. A response with any status is no error.
// Errors are an *Error, wrap the context's error, or are ErrClosed.
//
// Do returns soon after ctx is done. Many requests may share a ctx; that is the
// cheapest way.
//
// A request on a reused connection may find it closed. If nothing was sent, or
// the method is idempotent and nothing was received, Do sends the request again
// on a new connection. Then a.Connected is set, and a.Retries if the request
// had been sent.
//
// With Options.Decompress the kept bytes, Length and Seek are of the decoded
// body.
func (c *Client) Do(ctx context.Context, r *Request, keep int, a *Response) error {
	var err error
	if c.options.Decompress {
		err = c.doDecoded(ctx, r, keep, a)
	} else {
		err = c.exchange(ctx, r, keep, a)
	}
	if r.toProxy && a.Status == 407 {
		return c.options.Proxy.wantsCredentials()
	}
	return err
}

// exchange is Do without decoding.
func (c *Client) exchange(ctx context.Context, r *Request, keep int, a *Response) error {
	a.reset()
	if c.options.HTTP2 {
		a.forget()
		return c.doHTTP2(ctx, r, keep, a)
	}
	l, err := c.pool.acquire(ctx, r.target.key)
	a.Phases.Wait = l.wait
	if err != nil {
		return classify(ctx, ClassTimeout, "waiting for a free connection", err)
	}
	return c.exchangeOn(ctx, l, r, keep, a)
}

// exchangeOn is exchange with a lease.
func (c *Client) exchangeOn(ctx context.Context, l lease, r *Request, keep int, a *Response) (err error) {
	if l.conn != nil {
		retry, err := c.try(ctx, l, r, keep, a)
		if !retry || err == nil {
			return err
		}
		a.retry()
	}
	l.conn, err = c.dial(ctx, &r.target, &a.Phases)
	if err != nil {
		c.pool.release(l.origin, nil)
		return err
	}
	a.Connected, a.Resumed = true, l.conn.resumed
	_, err = c.try(ctx, l, r, keep, a)
	return err
}

// try does an exchange on a leased connection. It reports whether the request
// must be tried again on a new connection, and releases the lease if not.
func (c *Client) try(ctx context.Context, l lease, r *Request, keep int, a *Response) (retry bool, err error) {
	used := l.conn.used
	reusable := false
	start := now()
	if err = l.conn.guard.enter(ctx, start); err == nil {
		reusable, err = l.conn.exchange(r, start, keep, c.options.MaxBody, a)
	}
	if err == nil && reusable && c.options.KeepAlive {
		l.conn.guard.leave(l.shared)
		c.pool.release(l.origin, l.conn)
		return false, nil
	}
	l.conn.broken = l.conn.broken || err != nil
	l.conn.close()
	if err != nil && used && ctx.Err() == nil && c.mayRetry(r, a, err) {
		return true, err
	}
	c.pool.release(l.origin, nil)
	return false, exchangeError(ctx, a, err)
}

// mayRetry reports whether a request that failed on a reused connection may be
// sent again.
func (c *Client) mayRetry(r *Request, a *Response, err error) bool {
	if errors.Is(err, errStale) {
		return true
	}
	ended := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	return ended && a.Received == 0 && (r.idempotent || a.Sent == 0)
}

// exchangeError classifies the error of an exchange.
func exchangeError(ctx context.Context, a *Response, err error) error {
	if err == nil {
		return nil
	}
	var inBody *bodyError
	switch {
	case errors.As(err, &inBody):
		return classify(ctx, ClassBody, "reading the body of the answer", err)
	case isAlert(err):
		return classify(ctx, ClassTLS, "waiting for the answer", err)
	case a.Received > 0:
		return classify(ctx, ClassReset, "reading the head of the answer", err)
	default:
		return classify(ctx, ClassReset, "waiting for the answer", err)
	}
}

// isAlert reports whether the server sent a TLS alert. With TLS 1.3 a server
// refuses a client certificate that way, after the handshake.
func isAlert(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && failed.Op == "remote error"
}
