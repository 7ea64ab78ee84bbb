// Package httpclient is the HTTP client of a load generator.
//
// Its cost limits the load, and its delays distort the latency. So an HTTP/1.1
// exchange is one write and as few reads as possible, on the caller's
// goroutine. It allocates nothing once its connection is open. Only a request
// that does not fit the socket's buffer is written on a second goroutine.
//
// The client follows no redirects, keeps no cookies and knows no proxy but
// Options.Proxy. It decodes compressed bodies if Options.Decompress says so. It
// retries only a request that an idle connection lost, and counts the retries.
// It does not trust the server: memory and time stay within the caller's limits,
// and Options.Allow approves each connection.
//
// Package workload calls it. It knows nothing of jobs, plans or egress rules.
package httpclient

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Options configure a Client. The zero value is an HTTP/1.1 client without
// limits that opens a connection for each request.
type Options struct {
	// Allow approves each connection, given the host and the address it
	// resolved to. It is called before the connection is made and, if the standard
	// library makes it, again at its socket. Its error prevents the connection. Nil
	// allows all. It must be safe for concurrent use.
	Allow func(host string, address netip.AddrPort) error

	// Connections is the maximum number of open connections, over all hosts.
	// Requests wait for one in the order in which they came. 0 means no limit.
	Connections int

	// KeepAlive makes a connection serve several requests. Otherwise each
	// request opens one and asks the server to close it.
	KeepAlive bool

	// Batch lets an EventLoop make many calls on its sockets by one system call, if
	// the system has io_uring and allows it.
	Batch bool

	// TLS configures https; nil means Go's defaults. It is cloned for each
	// connection, with the host as its ServerName if it has none.
	TLS *tls.Config

	// ResumeTLS makes connections to a host continue a session that an earlier
	// one made there (RFC 8446, section 2.2), which spares most of the handshake.
	// No other Client has these sessions.
	ResumeTLS bool

	// HTTP2 makes the client speak only HTTP/2: negotiated over TLS, with prior
	// knowledge without TLS.
	HTTP2 bool

	// Streams is the maximum number of requests at once on a connection of
	// HTTP/2. 0 means as many as the server allows.
	Streams int

	// Resolver returns the addresses of a host. They are tried in its order,
	// except that IPv6 and IPv4 alternate. Each address has a head start of 250
	// ms on the next (RFC 8305). Nil means the system's resolver.
	Resolver func(ctx context.Context, host string) ([]netip.Addr, error)

	// Route changes where connections are made.
	Route Route

	// Proxy is what all connections are made to; nil for none. Requests over
	// http go to it in absolute form, and those over https through a tunnel.
	// Allow approves the connections to it; the targets, which it resolves, are
	// the caller's to check.
	Proxy *Proxy

	// AllowUnix approves the connections to Route.UnixSocket, like Allow. Nil
	// allows all.
	AllowUnix func(path string) error

	// MaxBody is the maximum length of a response's body, as received and, with
	// Decompress, once it is decoded. 0 means no limit.
	MaxBody int64

	// Decompress decodes bodies whose Content-Encoding is one of
	// AcceptEncoding. An encoded body may have MaxEncoded bytes or, if that is
	// less, MaxBody. Requests ask for codings only by their own headers.
	Decompress bool
}

// A Client sends requests. It is safe for concurrent use. It starts goroutines
// to try several addresses of a host, which it waits for; for requests that do
// not fit the socket; and to watch idle connections of HTTP/2.
type Client struct {
	options Options
	pool    pool      // HTTP/1.1 connections
	http2   http2Pool // HTTP/2 connections

	decoders sync.Pool              // of *decoder
	sessions tls.ClientSessionCache // nil without Options.ResumeTLS

	connections atomic.Uint64 // made from the addresses of Route.Sources

	dialTCP func(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error)
}

// maxSessions is how many hosts a Client has TLS sessions of.
const maxSessions = 256

// New returns a Client. The caller must close it.
func New(options Options) *Client {
	c := &Client{options: options, decoders: sync.Pool{New: func() any { return new(decoder) }}}
	c.dialTCP = c.dialSocket
	if options.ResumeTLS {
		c.sessions = tls.NewLRUClientSessionCache(maxSessions)
	}
	c.pool.init(options.Connections)
	c.http2.init(options.Connections, options.Streams)
	return c
}

// Close closes idle connections at once, and others when their requests end.
// Waiting and later requests fail with ErrClosed.
func (c *Client) Close() {
	c.pool.close()
	c.http2.close()
}
