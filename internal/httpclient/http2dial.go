package httpclient

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// dialHTTP2 opens a connection in the slot that acquire granted.
func (c *Client) dialHTTP2(ctx context.Context, r *Request, a *Response) (*http2Conn, error) {
	conn, stream, err := c.connectHTTP2(ctx, &r.target, &a.Phases)
	if err != nil {
		c.http2.dialFailed(r.target.key)
		return nil, err
	}
	a.Connected = true
	return c.http2.add(r.target.key, conn, stream, c.options.KeepAlive), nil
}

// connectHTTP2 opens a connection and reserves a request on it.
func (c *Client) connectHTTP2(ctx context.Context, t *target, phases *Phases) (*http.ClientConn, *settingsConn, error) {
	made, err := c.dial(ctx, t, phases)
	if err != nil {
		return nil, nil, err
	}
	start := now()
	defer func() { phases.Connect += now() - start }()
	made.guard.release()
	made.in.release()
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

// errNoHTTP2 is the error of a new connection that accepts no request.
var errNoHTTP2 = errors.New("it does not answer as a server that speaks HTTP/2, and may speak HTTP/1.1")

// A silent connection is sent a ping after pingAfter, and closed if the server
// does not answer within pingTimeout. gRPC servers treat three pings without
// other traffic as an attack, so pings must be rare.
const (
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// speakHTTP2 starts HTTP/2 on a connection. TLS, if any, is already
// established, so net/http sees cleartext HTTP/2.
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
