package grpcjob

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
)

// A connection is one HTTP/2 connection to the target. grpc makes it when the
// first call needs it, and again after it was lost.
type connection struct {
	*grpc.ClientConn
	dialer *httpclient.Client
	target httpclient.HostPort
	dialed *httpclient.Phases                // of the dial that goes on; grpc makes one at a time
	made   atomic.Pointer[httpclient.Phases] // of the last dial, until a job reports it
	failed atomic.Pointer[httpclient.Error]  // why a dial failed the last time; nil if none has
}

// maxBackoff is the longest pause before grpc dials again after a failure.
// Calls fail at once meanwhile.
const maxBackoff = time.Second

// newConnection returns a connection that is not made yet.
func (p *params) newConnection() (*connection, error) {
	c := &connection{dialer: httpclient.New(httpclient.Options{Allow: p.targets.Allow}), target: p.target}
	options := []grpc.DialOption{
		grpc.WithContextDialer(c.dial),
		grpc.WithTransportCredentials(c.credentials(p.tls)),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{}), grpc.MaxCallRecvMsgSize(int(p.maxBytes))),
		grpc.WithUserAgent("aurea"),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 2, Jitter: 0.2, MaxDelay: maxBackoff,
			},
			MinConnectTimeout: 20 * time.Second,
		}),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableHealthCheck(),
		grpc.WithNoProxy(),
		grpc.WithIdleTimeout(0),
	}
	if p.authority != "" {
		options = append(options, grpc.WithAuthority(p.authority))
	}
	var err error
	c.ClientConn, err = grpc.NewClient("passthrough:///"+p.target.String(), options...)
	return c, err
}

// close closes the connection.
func (c *connection) close() {
	_ = c.Close() // fails only if it is closed already
	c.dialer.Close()
}

// dial connects to the target, if the operator allows its address.
func (c *connection) dial(ctx context.Context, _ string) (net.Conn, error) {
	c.dialed = new(httpclient.Phases)
	stream, err := c.dialer.Dial(ctx, c.target, c.dialed)
	if err != nil {
		c.fail(httpclient.ClassConnect, err)
		return nil, err
	}
	return stream, nil
}

// fail notes why no connection was made.
func (c *connection) fail(class string, err error) {
	c.failed.Store(asDialError(class, err))
}

// succeed notes that the connection was made. Why one was not stays known: calls
// may fail by that still.
func (c *connection) succeed() { c.made.Store(c.dialed) }

// credentials returns what grpc negotiates once the connection is dialed.
func (c *connection) credentials(config *tls.Config) credentials.TransportCredentials {
	if config == nil {
		return handshake{insecure.NewCredentials(), c}
	}
	return handshake{credentials.NewTLS(config), c}
}

// A handshake times TLS, and tells its connection how it ended.
type handshake struct {
	credentials.TransportCredentials
	*connection
}

// ClientHandshake negotiates TLS, unless the connection is plaintext.
func (h handshake) ClientHandshake(
	ctx context.Context, authority string, raw net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	start := time.Now()
	secured, info, err := h.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err != nil {
		h.fail(httpclient.ClassTLS, err)
		return nil, nil, err
	}
	if info.AuthType() != insecureType {
		h.dialed.TLS = time.Since(start)
	}
	h.succeed()
	return secured, info, nil
}

// insecureType is the AuthType of a plaintext connection.
const insecureType = "insecure"

// Clone returns a copy for the same connection.
func (h handshake) Clone() credentials.TransportCredentials {
	return handshake{h.TransportCredentials.Clone(), h.connection}
}
