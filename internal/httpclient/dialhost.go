package httpclient

import (
	"context"
	"net"
	"net/netip"
)

// Dial connects to a host for a caller that speaks a protocol of its own. It
// resolves the host, asks Allow about each address as for a request, and adds
// what both took to phases. It waits for no slot of Options.Connections. The
// caller closes the connection. Errors are those of a request.
func (c *Client) Dial(ctx context.Context, to HostPort, phases *Phases) (net.Conn, error) {
	t := target{host: to.Host, port: to.Port}
	if ip, err := netip.ParseAddr(to.Host); err == nil {
		t.ip = ip.Unmap()
	}
	ctx, cancel := withDeadlineTimer(ctx)
	defer cancel()
	s, err := c.open(ctx, &t, phases)
	if err != nil {
		return nil, err
	}
	return s, nil
}
