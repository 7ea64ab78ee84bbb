package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"

	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// dial connects to a target: it resolves the host, asks Allow, connects and
// negotiates TLS. It records the duration of each in phases.
//
// It does so on a goroutine of its own. That takes a stack of 16 KiB, which the
// caller's goroutine would keep while it waits for the response. A panic there
// becomes one here.
func (c *Client) dial(ctx context.Context, t *target, phases *Phases) (made *conn, err error) {
	var dialing sync.WaitGroup
	var reason any
	dialing.Go(func() {
		defer func() { reason = recover() }()
		made, err = c.dialHere(ctx, t, phases)
	})
	dialing.Wait()
	if reason != nil {
		panic(reason)
	}
	return made, err
}

// dialHere is dial on the caller's goroutine.
func (c *Client) dialHere(ctx context.Context, t *target, phases *Phases) (*conn, error) {
	ctx, cancel := withDeadlineTimer(ctx)
	defer cancel()
	s, err := c.open(ctx, t, phases)
	if err != nil {
		return nil, err
	}
	made, err := newConn(s)
	if err != nil {
		_ = s.Close()
		return nil, failf(ClassConnect, "%w", err)
	}
	if c.options.Proxy != nil && t.secure {
		err = c.tunnel(ctx, t, made, phases)
	}
	if err == nil {
		err = c.secure(ctx, t, made, phases)
	}
	if err != nil {
		made.broken = true
		made.close()
		return nil, err
	}
	return made, nil
}

// open resolves the host of a target and connects to it, or to what the route
// has in its place.
func (c *Client) open(ctx context.Context, t *target, phases *Phases) (socket, error) {
	if path := c.options.Route.UnixSocket; path != "" {
		start := now()
		defer func() { phases.Connect += now() - start }()
		return c.dialUnix(ctx, path)
	}
	to := c.options.Route.destination(t)
	if c.options.Proxy != nil {
		to = &c.options.Proxy.target
	}
	addresses, err := c.resolve(ctx, to, phases)
	if err != nil {
		return nil, err
	}
	start := now()
	defer func() { phases.Connect += now() - start }()
	return c.connect(ctx, to, addresses)
}

// resolve returns the addresses of a target.
func (c *Client) resolve(ctx context.Context, t *target, phases *Phases) ([]netip.Addr, error) {
	if t.addresses != nil {
		return t.addresses, nil
	}
	if t.ip.IsValid() {
		return []netip.Addr{t.ip}, nil
	}
	start := now()
	addresses, err := c.lookUp(ctx, t.host)
	phases.DNS += now() - start
	if err == nil && len(addresses) == 0 {
		err = errors.New("it has no address")
	}
	if err != nil {
		return nil, classify(ctx, ClassDNS, "resolving "+t.host, err)
	}
	return addresses, nil
}

// lookUp resolves a host name.
func (c *Client) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		host = "localhost" // Go's resolver does not find it with a final dot
	}
	if c.options.Resolver != nil {
		return c.options.Resolver(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// connect connects to one of the addresses.
func (c *Client) connect(ctx context.Context, t *target, addresses []netip.Addr) (socket, error) {
	tcp, err := race(ctx, interleave(addresses), func(ctx context.Context, address netip.Addr) (*net.TCPConn, error) {
		host := t.host
		if t.addresses != nil { // a rule for the name does not cover an address that the caller gives it
			host = address.String()
		}
		return c.connectTo(ctx, host, netip.AddrPortFrom(address, t.port))
	})
	if err != nil {
		return nil, err
	}
	return tcp, nil
}

// connectTo connects to an address if Allow approves it.
func (c *Client) connectTo(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error) {
	if err := c.allow(host, address); err != nil {
		return nil, err
	}
	tcp, err := c.dialTCP(ctx, host, address)
	var known *Error
	if err != nil && !errors.As(err, &known) {
		err = classify(ctx, ClassConnect, "connecting to "+host, err)
	}
	return tcp, err
}

// dialSocket opens the connection. Unless the route has sources, it binds to no
// local address, so the system can choose a port that is free for this target
// only.
func (c *Client) dialSocket(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error) {
	source, err := c.source(address.Addr())
	if err != nil {
		return nil, err
	}
	var refused error
	dialer := net.Dialer{
		LocalAddr: source,
		KeepAlive: -1, // saves four system calls; request deadlines notice a dead peer sooner
		ControlContext: func(_ context.Context, _, socket string, raw syscall.RawConn) error {
			actual, err := netip.ParseAddrPort(socket)
			if err == nil {
				err = c.allow(host, actual)
			}
			refused = err
			if err == nil && source != nil {
				return platform.BindLate(raw)
			}
			return err
		},
	}
	stream, err := dialer.DialContext(ctx, "tcp", address.String())
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	return stream.(*net.TCPConn), nil
}

// allow asks Options.Allow about an address.
func (c *Client) allow(host string, address netip.AddrPort) error {
	if c.options.Allow == nil {
		return nil
	}
	if err := c.options.Allow(host, address); err != nil {
		return &Error{ClassForbidden, err}
	}
	return nil
}

// dialUnix connects to a Unix socket if AllowUnix approves it.
func (c *Client) dialUnix(ctx context.Context, path string) (socket, error) {
	if c.options.AllowUnix != nil {
		if err := c.options.AllowUnix(path); err != nil {
			return nil, &Error{ClassForbidden, err}
		}
	}
	var dialer net.Dialer
	stream, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, classify(ctx, ClassConnect, "connecting to "+path, err)
	}
	return stream.(*net.UnixConn), nil
}
