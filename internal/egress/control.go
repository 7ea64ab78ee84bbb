package egress

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// Control makes the ControlContext of a net.Dialer for connections to a host:
// the last look, at the address that the socket is about to call, whatever
// resolved it. It refuses everything that is not TCP over IP.
func (t Targets) Control(host string) func(ctx context.Context, network, address string, c syscall.RawConn) error {
	return func(_ context.Context, network, address string, _ syscall.RawConn) error {
		if network != "tcp4" && network != "tcp6" {
			return fmt.Errorf("must not call %s by %s: jobs speak TCP", quoteShort(host), quoteShort(network))
		}
		called, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("must not call %s: %s is no address: %w", quoteShort(host), quoteShort(address), err)
		}
		return t.Allow(host, called)
	}
}
