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

// listenCanary listens at an address of this machine and counts who calls. The
// count is final once it has been read.
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
		// A connection that was made before this one is accepted before it.
		last, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = last.Read(make([]byte, 1)) // it has been accepted, and closed
		last.Close()
		listener.Close()
		return <-counted - 1
	}
}

// resolvedTo is a client whose every host resolves to one address.
func resolvedTo(t *testing.T, allowed egress.Allowlist, address netip.Addr) *Client {
	t.Helper()
	return client(t, Options{Allow: allowed.Allow, Resolver: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{address}, nil
	}})
}

// dialUnasked connects to an address as the client does once Allow has agreed:
// only the check at the socket is between it and the canary.
func dialUnasked(t *testing.T, c *Client, host string, address netip.AddrPort) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	connection, err := c.dialSocket(ctx, host, address)
	if err == nil {
		connection.Close()
	}
	return err
}

// wantForbidden fails the test unless a call was refused as the host and address
// that it was made with.
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

// No request arrives whose host is this machine in disguise: neither by its name
// nor at the socket.
func TestCanary(t *testing.T) {
	here := map[string]bool{"127.0.0.1": true, "0.0.0.0": true, "::": true}
	for name, allowed := range map[string]egress.Allowlist{"another": allowlistOf(t, "192.0.2.1"), "another network": allowlistOf(t, "10.0.0.0/8", "2001:db8::/32")} {
		port, calls := listenCanary(t, "127.0.0.1")
		tried := 0
		try := func(host string, address netip.Addr) {
			tried++
			c := resolvedTo(t, allowed, address)
			err := dialUnasked(t, c, host, netip.AddrPortFrom(address, port))
			wantForbidden(t, err, host, address)
			_, err = get(t, c, "http://flips.example:"+strconv.Itoa(int(port))+"/")
			wantForbidden(t, err, "flips.example", address)
			if r, err := c.NewRequest(http.MethodGet, "http://"+host+":"+strconv.Itoa(int(port))+"/", nil, nil); err == nil {
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
			t.Errorf("%s: only %d calls were tried", name, tried)
		}
	}
}

// What is allowed arrives, so the canary's silence means something.
func TestCanaryIsReached(t *testing.T) {
	for _, allowed := range []egress.Allowlist{{}, egress.AllowAll(), allowlistOf(t, "127.0.0.1"), allowlistOf(t, "api.example", "localhost"), allowlistOf(t, "0.0.0.0/0")} {
		port, calls := listenCanary(t, "127.0.0.1")
		for _, text := range []string{"127.0.0.1", "::ffff:127.0.0.1"} {
			address := netip.MustParseAddr(text)
			c := resolvedTo(t, allowed, address)
			if err := dialUnasked(t, c, "api.example", netip.AddrPortFrom(address, port)); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			// The canary closes the connection without an answer.
			_, err := get(t, c, "http://api.example:"+strconv.Itoa(int(port))+"/")
			wantClass(t, err, ClassReset, "")
		}
		if n := calls(); n != 4 {
			t.Errorf("%d calls arrived, want 4", n)
		}
	}
}

// The socket is judged by itself: a dialer that the first check has approved
// still gets nowhere if the check has changed its mind.
func TestSocketIsJudged(t *testing.T) {
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
		t.Errorf("asked %d times, want 2", asked)
	}
	if n := calls(); n != 0 {
		t.Errorf("%d calls arrived", n)
	}
}
