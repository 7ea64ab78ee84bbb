package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
)

// dial makes a connection to a target: resolves its host, asks whether it may,
// connects, and agrees on TLS. It writes down what each of them took.
func (c *Client) dial(ctx context.Context, t *target, phases *Phases) (*conn, error) {
	ctx, cancel := withDeadlineTimer(ctx)
	defer cancel()
	addresses, err := c.resolve(ctx, t, phases)
	if err != nil {
		return nil, err
	}
	began := now()
	tcp, err := c.connect(ctx, t, addresses)
	phases.Connect += now() - began
	if err != nil {
		return nil, err
	}
	made, err := newConn(tcp)
	if err != nil {
		_ = tcp.Close()
		return nil, failf(ClassConnect, "%w", err)
	}
	if err := c.secure(ctx, t, made, phases); err != nil {
		made.broken = true
		made.close()
		return nil, err
	}
	return made, nil
}

func (c *Client) resolve(ctx context.Context, t *target, phases *Phases) ([]netip.Addr, error) {
	if t.ip.IsValid() {
		return []netip.Addr{t.ip}, nil
	}
	began := now()
	addresses, err := c.lookUp(ctx, t.host)
	phases.DNS += now() - began
	if err == nil && len(addresses) == 0 {
		err = errors.New("it has no address")
	}
	if err != nil {
		return nil, classify(ctx, ClassDNS, "resolving "+t.host, err)
	}
	return addresses, nil
}

func (c *Client) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		host = "localhost" // which Go's resolver does not find with a dot behind it
	}
	if c.options.Resolver != nil {
		return c.options.Resolver(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// connect connects to one of the addresses.
func (c *Client) connect(ctx context.Context, t *target, addresses []netip.Addr) (*net.TCPConn, error) {
	return race(ctx, alternate(addresses), func(ctx context.Context, address netip.Addr) (*net.TCPConn, error) {
		return c.connectTo(ctx, t.host, netip.AddrPortFrom(address, t.port))
	})
}

// connectTo connects to an address, if it may.
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

// dialSocket makes the connection. It binds to no address of this machine, so that
// the system chooses a port that is free for this target, and not for all.
func (c *Client) dialSocket(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error) {
	var refused error
	dialer := net.Dialer{
		KeepAlive: -1, // four system calls for what a deadline notices sooner
		ControlContext: func(_ context.Context, _, socket string, _ syscall.RawConn) error {
			actual, err := netip.ParseAddrPort(socket)
			if err == nil {
				err = c.allow(host, actual)
			}
			refused = err
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

func (c *Client) allow(host string, address netip.AddrPort) error {
	if c.options.Allow == nil {
		return nil
	}
	if err := c.options.Allow(host, address); err != nil {
		return &Error{ClassForbidden, err}
	}
	return nil
}
