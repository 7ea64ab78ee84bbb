package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// resolveToLoopback resolves every host to loopback.
func resolveToLoopback(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// withHost returns a URL with a name in place of the address.
func withHost(url, name string) string { return strings.Replace(url, "127.0.0.1", name, 1) }

const hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

func TestResolver(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
	errNo := errors.New("no such thing")
	for name, test := range map[string]struct {
		addresses []netip.Addr
		err       error
		class     string
		says      string
	}{
		"finds one":       {addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}},
		"finds it mapped": {addresses: []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}},
		"finds a dead one before": {addresses: []netip.Addr{netip.MustParseAddr("127.0.0.2"),
			netip.MustParseAddr("127.0.0.1")}},
		"finds a dead one": {addresses: []netip.Addr{netip.MustParseAddr("127.0.0.2")}, class: ClassConnect,
			says: "connecting to example.test"},
		"finds none": {class: ClassDNS, says: "resolving example.test: it has no address"},
		"fails":      {err: errNo, class: ClassDNS, says: "resolving example.test: no such thing"},
		"fails and finds one": {addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, err: errNo,
			class: ClassDNS, says: "no such thing"},
		"is not there for a while": {err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}, class: ClassDNS,
			says: "server misbehaving"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked string
			c := client(t, Options{Resolver: func(_ context.Context, host string) ([]netip.Addr, error) {
				asked = host
				return test.addresses, test.err
			}})
			a, err := get(t, c, withHost(s.url, "Example.Test"))
			if test.class != "" {
				wantClass(t, err, test.class, test.says)
			} else if err != nil || string(a.Body) != "hello" {
				t.Errorf("got %q and the error %v", a.Body, err)
			}
			if asked != "example.test" || a.Phases.DNS <= 0 {
				t.Errorf("%q was resolved, in %v", asked, a.Phases.DNS)
			}
		})
	}
}

func TestSystemResolver(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
	c := client(t, Options{})
	for _, name := range []string{"localhost", "LocalHost", "localhost."} {
		if a := mustGet(t, c, withHost(s.url, name)); a.Phases.DNS <= 0 {
			t.Errorf("%s was not resolved", name)
		}
	}
}

// A refused address is never connected to: the listener would count it.
func TestAllow(t *testing.T) {
	canary := serveRaw(t, serveAnswer(hello))
	no := errors.New("not allowed")
	var hosts []string
	c := client(t, Options{
		Resolver: resolveToLoopback,
		Allow: func(host string, address netip.AddrPort) error {
			hosts = append(hosts, host+" "+address.String())
			return no
		},
	})
	_, err := get(t, c, withHost(canary.url, "example.test"))
	wantClass(t, err, ClassForbidden, "not allowed")
	if !errors.Is(err, no) {
		t.Errorf("error %v, want %v", err, no)
	}
	if want := []string{"example.test " + canary.address}; !slices.Equal(hosts, want) {
		t.Errorf("Allow was called with %q, want %q", hosts, want)
	}
	if canary.accepted.Load() != 0 {
		t.Error("a connection arrived")
	}
}

// Allow is called again at the socket.
func TestAllowAtTheSocket(t *testing.T) {
	canary := serveRaw(t, serveAnswer(hello))
	asked := 0
	c := client(t, Options{Allow: func(host string, address netip.AddrPort) error {
		if asked++; asked == 2 {
			return fmt.Errorf("no %s at %s", host, address)
		}
		return nil
	}})
	_, err := get(t, c, canary.url)
	wantClass(t, err, ClassForbidden, "no 127.0.0.1 at "+canary.address)
	if asked != 2 || canary.accepted.Load() != 0 {
		t.Errorf("asked %d times, %d connections arrived", asked, canary.accepted.Load())
	}
}

// A name that resolves to an allowed address first and to a forbidden one later
// (DNS rebinding) is checked each time. Of several addresses only allowed ones
// are tried.
func TestAllowWhenTheResolverFlips(t *testing.T) {
	good := serveRaw(t, serveAnswer(hello))
	_, port, _ := net.SplitHostPort(good.address)
	l, err := net.Listen("tcp", "127.0.0.3:"+port)
	if err != nil {
		t.Skipf("no second address on loopback: %v", err)
	}
	defer l.Close()
	var reached atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = c.Close()
		}
	}()
	one, three := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.3")
	answers := [][]netip.Addr{{one}, {three}, {three, one}, {three, three}}
	resolved := 0
	c := client(t, Options{
		Resolver: func(context.Context, string) ([]netip.Addr, error) {
			resolved++
			return answers[resolved-1], nil
		},
		Allow: func(_ string, address netip.AddrPort) error {
			if address.Addr() != one {
				return errors.New("not allowed")
			}
			return nil
		},
	})
	for i, want := range []bool{true, false, true, false} {
		_, err := get(t, c, withHost(good.url, "example.test"))
		if want && err != nil {
			t.Errorf("request %d: %v", i, err)
		}
		if !want {
			wantClass(t, err, ClassForbidden, "not allowed")
		}
	}
	_ = l.Close()
	<-done
	if reached.Load() != 0 || good.accepted.Load() != 2 {
		t.Errorf("%d connections to the forbidden address, %d to the allowed one", reached.Load(), good.accepted.Load())
	}
}
