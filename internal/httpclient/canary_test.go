package httpclient

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
)

// listenCanary listens at an address of this machine and counts connections.
// Reading the count ends the counting.
func listenCanary(t *testing.T, address string) (port uint16, calls func() int) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	counted := make(chan int)
	go func() {
		n := 0
		for {
			connection, err := listener.Accept()
			if err != nil {
				counted <- n
				return
			}
			n++
			connection.Close()
		}
	}()
	return uint16(listener.Addr().(*net.TCPAddr).Port), func() int {
		// Connections are accepted in order, so all earlier ones are counted.
		probe, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = probe.Read(make([]byte, 1)) // wait until the canary has accepted and closed it
		probe.Close()
		listener.Close()
		return <-counted - 1
	}
}

// resolvedTo returns a client that resolves every host to one address.
func resolvedTo(t *testing.T, allowed egress.Allowlist, address netip.Addr) *Client {
	t.Helper()
	return client(t, Options{Allow: allowed.Allow, Resolver: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{address}, nil
	}})
}

// dialTCPOnly connects to an address as the client does after Allow has
// approved it: only the check at the socket remains.
func dialTCPOnly(t *testing.T, c *Client, host string, address netip.AddrPort) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	connection, err := c.dialSocket(ctx, host, address)
	if err == nil {
		connection.Close()
	}
	return err
}

// wantForbidden checks that a call was refused with the given host and address.
func wantForbidden(t *testing.T, err error, host string, address netip.Addr) {
	t.Helper()
	wantClass(t, err, ClassForbidden, "must not call")
	var forbidden *egress.ForbiddenError
	if !errors.As(err, &forbidden) {
		t.Errorf("calling %s at %s: %v", host, address, err)
		return
	}
	if forbidden.Host != host {
		t.Errorf("calling %s at %s: the host %q was refused", host, address, forbidden.Host)
	}
	got := forbidden.Address.Addr()
	if got.IsUnspecified() && address.IsUnspecified() {
		return // net.Dialer may write :: as 0.0.0.0
	}
	if got.Unmap() != address.Unmap() {
		t.Errorf("calling %s at %s: the address %s was refused", host, address, got)
	}
}

// No request reaches this machine through a disguised address, refused either
// by URL or at the socket.
func TestCanary(t *testing.T) {
	here := map[string]bool{"127.0.0.1": true, "0.0.0.0": true, "::": true}
	for name, allowed := range map[string]egress.Allowlist{
		"another":         allowlistOf(t, "192.0.2.1"),
		"another network": allowlistOf(t, "10.0.0.0/8", "2001:db8::/32"),
	} {
		port, calls := listenCanary(t, "127.0.0.1")
		tried := 0
		try := func(host string, address netip.Addr) {
			tried++
			c := resolvedTo(t, allowed, address)
			err := dialTCPOnly(t, c, host, netip.AddrPortFrom(address, port))
			wantForbidden(t, err, host, address)
			_, err = get(t, c, "http://flips.example:"+strconv.Itoa(int(port))+"/")
			wantForbidden(t, err, "flips.example", address)
			r, err := c.NewRequest(http.MethodGet, "http://"+host+":"+strconv.Itoa(int(port))+"/", nil, nil)
			if err == nil {
				if err := c.Do(t.Context(), r, 0, new(Response)); err == nil {
					t.Errorf("%s: %s was called", name, host)
				}
			}
		}
		for _, s := range egresstest.Spellings() {
			if here[s.Address.String()] {
				try(s.Host, s.Address)
			}
		}
		for _, host := range egresstest.Loopback() {
			try(host, netip.MustParseAddr("127.0.0.1"))
			try(host, netip.MustParseAddr("::ffff:127.0.0.1"))
		}
		if n := calls(); n != 0 {
			t.Errorf("%s: %d calls arrived", name, n)
		}
		if tried < 100 {
			t.Errorf("%s: tried only %d calls", name, tried)
		}
	}
}

// Allowed calls reach the canary, so its silence is meaningful.
func TestCanaryIsReached(t *testing.T) {
	for _, allowed := range []egress.Allowlist{
		{}, egress.AllowAll(), allowlistOf(t, "127.0.0.1"),
		allowlistOf(t, "api.example", "localhost"), allowlistOf(t, "0.0.0.0/0"),
	} {
		port, calls := listenCanary(t, "127.0.0.1")
		for _, text := range []string{"127.0.0.1", "::ffff:127.0.0.1"} {
			address := netip.MustParseAddr(text)
			c := resolvedTo(t, allowed, address)
			if err := dialTCPOnly(t, c, "api.example", netip.AddrPortFrom(address, port)); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			// The canary closes the connection without a response.
			_, err := get(t, c, "http://api.example:"+strconv.Itoa(int(port))+"/")
			wantClass(t, err, ClassReset, "")
		}
		if n := calls(); n != 4 {
			t.Errorf("%d calls arrived, want 4", n)
		}
	}
}

// The socket is checked independently: if Allow approved the dial but refuses
// the socket, no connection is made.
func TestSocketIsChecked(t *testing.T) {
	port, calls := listenCanary(t, "127.0.0.1")
	asked := 0
	refusal := errors.New("no more")
	c := client(t, Options{Allow: func(string, netip.AddrPort) error {
		if asked++; asked > 1 {
			return refusal
		}
		return nil
	}})
	_, err := get(t, c, "http://127.0.0.1:"+strconv.Itoa(int(port))+"/")
	wantClass(t, err, ClassForbidden, "no more")
	if !errors.Is(err, refusal) {
		t.Errorf("got %v, want the error of Allow", err)
	}
	if asked != 2 {
		t.Errorf("Allow was called %d times, want 2", asked)
	}
	if n := calls(); n != 0 {
		t.Errorf("%d calls arrived", n)
	}
}
