package httpclient

import (
	"context"
	"errors"
	"time"
)

// maxRefusals is how often a request is sent again after a server refused it.
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
		err = l.exchange(ctx, r, keep, c.options.MaxBody, a)
		if err == nil {
			c.http2.release(l, false)
			return nil
		}
		late := errors.Is(err, context.DeadlineExceeded)
		c.http2.release(l, late && now()-start >= minSilence && l.silentSince(start))
		switch {
		case ctx.Err() != nil || late || a.Received > 0:
			return exchangeHTTP2Error(ctx, a, err)
		case isRefusal(err) && refusals < maxRefusals:
			refusals++
		case l.hasEnded() && reused && r.idempotent && !repeated:
			repeated = true
		default:
			return exchangeHTTP2Error(ctx, a, err)
		}
	}
}

// exchangeHTTP2Error classifies the error of an exchange.
func exchangeHTTP2Error(ctx context.Context, a *Response, err error) error {
	if a.Status > 0 {
		return classify(ctx, ClassBody, "reading the body of the answer", bodyReadError(err))
	}
	return classify(ctx, classHTTP2(err), "waiting for the answer", err)
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
