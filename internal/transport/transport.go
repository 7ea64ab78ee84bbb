// Package transport is how jobs reach other services: the HTTP client that they
// use, and the targets that the operator lets them reach.
//
// Its stance: what a load generator costs itself is what limits the load, and
// what it adds to a latency is a lie. So an exchange over HTTP/1.1 is one write
// and as few reads as there are, on the caller's goroutine, and nothing is
// allocated for it once its connection is open. It does what it was asked to and
// no more: no redirects, no cookies, no proxy, no compression, and no retry but
// the one that every client with idle connections needs. Only what the socket has
// no room for at once is written on a goroutine of its own. The other side is not
// trusted: whatever it sends, memory and time stay within what the caller set,
// and no connection is made that Options.Allow refuses.
//
// In the flow it stands below the workload, as the hands of its jobs; it knows
// neither jobs nor plans.
package transport

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

	// MaxAnswer is how many bytes the body of an answer may have, as they come:
	// nothing is ever decompressed. 0 is no limit.
	MaxAnswer int64
}

// A Client makes requests. It may be used from many goroutines at once. For
// HTTP/1.1 it starts one of its own only to try several addresses of a host at
// once, and waits for it.
type Client struct {
	options Options
	pool    pool  // of HTTP/1.1
	links   links // of HTTP/2

	dialTCP func(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error)
}

// New makes a client. Whoever makes it closes it.
func New(options Options) *Client {
	c := &Client{options: options}
	c.dialTCP = c.dialSocket
	c.pool.init(options.Connections)
	c.links.init(options.Connections)
	return c
}

// Close closes the connections that are idle, and those in use as their requests
// end. Requests that wait for one fail, and so does every later one.
func (c *Client) Close() {
	c.pool.close()
	c.links.close()
}
