// Package httpclient is the HTTP client of a load generator.
//
// Its cost limits the load, and its delays distort the latency. So an HTTP/1.1
// exchange is one write and as few reads as possible, on the caller's goroutine.
// It allocates nothing once its connection is open. Only a request that does not
// fit the socket's buffer is written on a second goroutine.
//
// The client follows no redirects, keeps no cookies, uses no proxy and decodes
// no compression. It retries only a request that an idle connection lost, and
// counts the retries. It does not trust the server: memory and time stay within
// the caller's limits, and Options.Allow approves each connection.
//
// Package workload calls it. It knows nothing of jobs, plans or egress rules.
package httpclient

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
)

// Options are what a client may do and how. The zero value is an HTTP/1.1 client
// that makes a new connection for each request, to anywhere.
type Options struct {
	// Allow is asked for every connection with the address that the host was
	// resolved to, before the connection is made and once more at its socket. Its
	// error is why the connection must not be. Nil allows all. It is called from
	// many goroutines at once.
	Allow func(host string, address netip.AddrPort) error

	// Connections is how many there are at most at once, to all hosts together;
	// requests wait for one, first come, first served. 0 is no limit.
	Connections int

	// KeepAlive is whether a connection serves several requests. Without it each
	// request makes its own, and asks the server to close it.
	KeepAlive bool

	// TLS is how https is spoken; nil is Go's defaults. It is cloned for every
	// connection, with the host as its ServerName where it has none.
	TLS *tls.Config

	// HTTP2 is whether to speak HTTP/2 and nothing else: negotiated where there is
	// TLS, and with prior knowledge where there is none.
	HTTP2 bool

	// Resolver finds the addresses of a host. They are tried in its order, but for
	// taking turns of IPv6 and IPv4, and each gets a head start of 250 ms on the
	// next one (RFC 8305). Nil is the system's.
	Resolver func(ctx context.Context, host string) ([]netip.Addr, error)

	// MaxBody is how many bytes the body of an answer may have, as they come:
	// nothing is ever decompressed. 0 is no limit.
	MaxBody int64
}

// A Client makes requests. It may be used from many goroutines at once. For
// HTTP/1.1 it starts one of its own only to try several addresses of a host at
// once, and waits for it.
type Client struct {
	options Options
	pool    pool      // of HTTP/1.1
	http2   http2Pool // of HTTP/2

	dialTCP func(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error)
}

// New makes a client. Whoever makes it closes it.
func New(options Options) *Client {
	c := &Client{options: options}
	c.dialTCP = c.dialSocket
	c.pool.init(options.Connections)
	c.http2.init(options.Connections)
	return c
}

// Close closes the connections that are idle, and those in use as their requests
// end. Requests that wait for one fail, and so does every later one.
func (c *Client) Close() {
	c.pool.close()
	c.http2.close()
}
