package httpclient

import (
	"context"
	"crypto/tls"
)

// dialHTTP2 opens a connection in the slot that acquire granted.
func (c *Client) dialHTTP2(ctx context.Context, r *Request, a *Response) (*http2Conn, error) {
	made, err := c.connectHTTP2(ctx, &r.target, a)
	if err != nil {
		c.http2.dialFailed(r.target.key)
		return nil, err
	}
	a.Connected = true
	c.http2.add(r.target.key, made, c.options.KeepAlive)
	return made, nil
}

// connectHTTP2 opens a connection, and reports its phases in a.
func (c *Client) connectHTTP2(ctx context.Context, t *target, a *Response) (*http2Conn, error) {
	socket, err := c.dial(ctx, t, &a.Phases)
	if err != nil {
		return nil, err
	}
	a.Resumed = socket.resumed
	start := now()
	defer func() { a.Phases.Connect += now() - start }()
	socket.in.release()
	secured, _ := socket.stream.(*tls.Conn)
	var wire *http2Wire
	if secured != nil {
		wire = secured.NetConn().(*http2Wire)
	} else {
		wire = newHTTP2Wire(socket.socket.socket)
	}
	made := newHTTP2Conn(wire, secured)
	err = socket.guard.enter(ctx, start)
	if err == nil {
		err = made.begin()
	}
	socket.guard.release()
	if err != nil {
		made.close()
		return nil, classify(ctx, ClassProtocol, "beginning HTTP/2 with "+t.host, err)
	}
	return made, nil
}
