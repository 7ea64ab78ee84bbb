package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress"
)

// neverDialing returns a client that resolves every host to the given addresses
// and fails the test if it dials.
func neverDialing(t *testing.T, allowed egress.Allowlist, addresses ...netip.Addr) *Client {
	t.Helper()
	c := client(t, Options{Allow: allowed.Allow,
		Resolver: func(context.Context, string) ([]netip.Addr, error) { return addresses, nil }})
	c.dialTCP = func(_ context.Context, host string, address netip.AddrPort) (*net.TCPConn, error) {
		t.Errorf("%s at %s was dialed", host, address)
		return nil, errors.New("this test dials nothing")
	}
	return c
}

// An allowed name that resolves to loopback is not called, whatever the form of
// the address.
func TestNameThatResolvesToLoopback(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
		"64:ff9b::127.0.0.1",
		"64:ff9b:1::127.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::f5ff:fffe", "2001:db8::5efe:127.0.0.1",
		"2001:db8::200:5efe:127.0.0.1",
	} {
		c := neverDialing(t, allowlistOf(t, "api.example", "10.0.0.0/8", "2001:db8::/32"), netip.MustParseAddr(address))
		_, err := get(t, c, "http://api.example/")
		wantClass(t, err, ClassForbidden, "must not call")
		var forbidden *egress.ForbiddenError
		if !errors.As(err, &forbidden) {
			t.Errorf("%s: got %v", address, err)
		}
	}
	err := allowlistOf(t, "api.example").Allow("api.example", netip.MustParseAddrPort("127.0.0.1:80"))
	if want := `must not call "api.example" at 127.0.0.1: that is this machine itself, which the name alone does not allow; the operator can allow it with --allow-target localhost`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
