package httpclient

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// dialHTTP2 makes a link in the room that was acquired.
func (c *Client) dialHTTP2(ctx context.Context, r *Request, a *Response) (*http2Conn, error) {
	conn, stream, err := c.connectHTTP2(ctx, &r.target, &a.Phases)
	if err != nil {
		c.http2.fail(r.target.key)
		return nil, err
	}
	a.Connected = true
	return c.http2.add(r.target.key, conn, stream, c.options.KeepAlive), nil
}

// connectHTTP2 makes a connection, and reserves a request over it.
func (c *Client) connectHTTP2(ctx context.Context, t *target, phases *Phases) (*http.ClientConn, *settingsConn, error) {
	made, err := c.dial(ctx, t, phases)
	if err != nil {
		return nil, nil, err
	}
	began := now()
	defer func() { phases.Connect += now() - began }()
	made.guard.release()
	made.in.free()
	stream := &settingsConn{Conn: made.stream, settled: make(chan struct{})}
	conn, err := speakHTTP2(stream)
	if err == nil {
		err = await(ctx, stream.settled)
	}
	if err == nil && conn.Reserve() != nil {
		err = errNoHTTP2
	}
	if err != nil {
		_ = stream.Close()
		return nil, nil, classify(ctx, ClassProtocol, "beginning HTTP/2 with "+t.host, err)
	}
	return conn, stream, nil
}

// errNoHTTP2 is why a connection that was made takes no request.
var errNoHTTP2 = errors.New("it does not answer as a server that speaks HTTP/2, and may speak HTTP/1.1")

// A connection that is dead and says nothing of it is ended after pingAfter of
// silence and pingTimeout more without an answer to a ping. Servers of gRPC take
// three pings in one silence for an attack, so they must not come too often.
const (
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// speakHTTP2 begins HTTP/2 on a connection, which is as it would be without TLS:
// if there is any, it is done with.
func speakHTTP2(stream net.Conn) (*http.ClientConn, error) {
	transport := &http.Transport{
		DialContext:            func(context.Context, string, string) (net.Conn, error) { return stream, nil },
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHead,
		ExpectContinueTimeout:  expectFor,
		Protocols:              &http.Protocols{},
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	return transport.NewClientConn(context.Background(), "http", "known.to.the.stream:80")
}
