package httpclient

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

// open returns a new connection of a loop, for a request.
func open(t *testing.T, c *Client, r *Request) *LoopConn {
	t.Helper()
	x := loop(t, c).Open(r, "owner")
	if x == nil {
		t.Fatal("the loop does not open a connection")
	}
	return x
}

// A connection that a loop opens serves its first request, which says so, and then
// others, of Do, too.
func TestLoopOpens(t *testing.T) {
	s := serveRaw(t, serveAnswer(good))
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", s.url, nil, "")
	var a Response
	looped, err := loopDoOn(t.Context(), t, open(t, c, r), r, &a)
	if !looped || err != nil || a.Status != 200 || !a.Connected || a.Phases.Connect <= 0 || a.Phases.FirstByte <= 0 {
		t.Errorf("status %d by the loop alone: %v, connected: %v in %v, first byte after %v: %v", a.Status, looped,
			a.Connected, a.Phases.Connect, a.Phases.FirstByte, err)
	}
	looped, err = loopDo(t.Context(), t, loop(t, c), r, &a)
	if !looped || err != nil || a.Connected || a.Phases.Connect != 0 {
		t.Errorf("the next by the loop alone: %v, connected: %v in %v: %v", looped, a.Connected, a.Phases.Connect, err)
	}
	if a := mustGet(t, c, s.url); a.Connected {
		t.Error("Do opened another connection")
	}
	if got := s.accepted.Load(); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}
}

// A server that misbehaves on a connection that a loop opens fails requests with the
// errors of Do, once: they are not sent again.
func TestFailingServersOfAnOpeningLoop(t *testing.T) {
	for name, server := range failingServers {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, server.handle)
			c := client(t, Options{KeepAlive: true, MaxBody: 1_000_000})
			r := prepare(t, c, "POST", s.url, nil, "x")
			var a Response
			_, err := loopDoOn(t.Context(), t, open(t, c, r), r, &a)
			wantClass(t, err, server.class, server.says)
			if !a.Connected || a.Retries != 0 || s.accepted.Load() != 1 {
				t.Errorf("connected: %v, %d retries, %d connections", a.Connected, a.Retries, s.accepted.Load())
			}
			if c.pool.open != 0 {
				t.Errorf("%d open connections remain", c.pool.open)
			}
		})
	}
}

// A port at which nothing listens, and an address that may not be connected to, fail
// requests as they do in Do.
func TestLoopFailsToOpen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	_ = listener.Close()
	for name, allow := range map[string]func(string, netip.AddrPort) error{
		"refused": nil,
		"forbidden": func(host string, to netip.AddrPort) error {
			return failf(ClassForbidden, "%s and %s are forbidden", host, to)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, Options{KeepAlive: true, Allow: allow})
			r := prepare(t, c, "GET", url, nil, "")
			var done, opened Response
			want := c.Do(t.Context(), r, 0, &done)
			_, err := loopDoOn(t.Context(), t, open(t, c, r), r, &opened)
			if err == nil || outcome(opened, err) != outcome(done, want) {
				t.Errorf("loop: %s\n\tDo: %s", outcome(opened, err), outcome(done, want))
			}
			if c.pool.open != 0 {
				t.Errorf("%d open connections remain", c.pool.open)
			}
		})
	}
}

// full returns the address of a listener that takes one connection more only when
// accept is called.
func full(t *testing.T) (address string, accept func() net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), 0) }); err != nil {
		t.Fatal(err)
	}
	first, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	return listener.Addr().String(), func() net.Conn {
		c, err := listener.Accept()
		if err != nil {
			t.Error(err)
		}
		return c
	}
}

// A connection that takes long to open sends its request when it is open.
func TestLoopAwaitsConnection(t *testing.T) {
	address, accept := full(t)
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", "http://"+address, nil, "")
	x := open(t, c, r)
	if !x.Send(r, time.Now()) || !x.connecting {
		t.Fatal("the request does not wait for the connection")
	}
	go func() {
		_ = accept().Close()
		peer := accept()
		serveAnswer(good)(peer.(*net.TCPConn))
		_ = peer.Close()
	}()
	state := LoopWaiting
	for state == LoopWaiting {
		x.loop.Wait(testTimeout, func(any) { state, _ = x.Receive() })
	}
	if a := &x.Response; state != LoopDone || a.Status != 200 || !a.Connected || a.Phases.Connect <= 0 {
		t.Errorf("state %d, status %d, connected: %v in %v", state, a.Status, a.Connected, a.Phases.Connect)
	}
	if x.Detach() {
		t.Error("an exchange has begun, want none")
	}
}

// A request whose time is over while its connection opens fails as in Do.
func TestLoopStopsConnecting(t *testing.T) {
	address, _ := full(t)
	c := client(t, Options{KeepAlive: true})
	r := prepare(t, c, "GET", "http://"+address, nil, "")
	x := open(t, c, r)
	if !x.Send(r, time.Now()) || !x.Detach() {
		t.Fatal("the request does not wait for the connection")
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	var a Response
	wantClass(t, c.Resume(ctx, x, 0, &a), ClassTimeout, "connecting to 127.0.0.1")
	if a.Phases.Connect <= 0 || a.Connected || c.pool.open != 0 {
		t.Errorf("connecting took %v, connected: %v, %d open connections remain", a.Phases.Connect, a.Connected,
			c.pool.open)
	}
}

// A connection that no request used is given back.
func TestLoopOpensNothingUnused(t *testing.T) {
	c := client(t, Options{KeepAlive: true})
	x := open(t, c, prepare(t, c, "GET", "http://127.0.0.1:1", nil, ""))
	if x.Detach() || c.pool.open != 0 {
		t.Errorf("%d open connections remain", c.pool.open)
	}
}

// A loop opens connections to one known address only, as many as the client may have.
func TestLoopOpensKnownAddresses(t *testing.T) {
	const url = "http://api.example:8080"
	at, own := HostPort{"api.example", 8080}, netip.MustParseAddr("127.0.0.1")
	one, two := map[HostPort][]netip.Addr{at: {own}}, map[HostPort][]netip.Addr{at: {own, own}}
	instead := map[HostPort]HostPort{at: {"127.0.0.1", 80}}
	for name, test := range map[string]struct {
		url  string
		o    Options
		want string // host and address; "" for none
	}{
		"IPv4":        {"http://127.0.0.1:8080", Options{}, "127.0.0.1 127.0.0.1:8080"},
		"IPv6":        {"http://[::1]:8080", Options{}, "::1 [::1]:8080"},
		"mapped":      {"http://[::ffff:127.0.0.1]:8080", Options{}, "::ffff:127.0.0.1 127.0.0.1:8080"},
		"IPv6 zone":   {"http://[fe80::1%25lo]:8080", Options{}, ""},
		"name":        {url, Options{}, ""},
		"given":       {url, Options{Route: Route{Resolve: one}}, "127.0.0.1 127.0.0.1:8080"},
		"several":     {url, Options{Route: Route{Resolve: two}}, ""},
		"instead":     {url, Options{Route: Route{ConnectTo: instead}}, "127.0.0.1 127.0.0.1:80"},
		"from source": {"http://127.0.0.1:8080", Options{Route: Route{Sources: []netip.Addr{own}}}, ""},
		"Unix socket": {"http://127.0.0.1:8080", Options{Route: Route{UnixSocket: "/socket"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.Connections = 1
			c := client(t, test.o)
			r := prepare(t, c, "GET", test.url, nil, "")
			l := loop(t, c)
			x, got := l.Open(r, nil), ""
			if x != nil {
				got = x.host + " " + x.remote.String()
				defer x.Detach()
			}
			if got != test.want {
				t.Errorf("opens %q, want %q", got, test.want)
			}
			if x != nil && l.Open(r, nil) != nil {
				t.Error("the loop opens more connections than the client may have")
			}
		})
	}
}

// An address of either family is the one of the socket.
func TestSystemAddress(t *testing.T) {
	for text, want := range map[string]int{"127.0.0.1:80": syscall.AF_INET, "[::1]:80": syscall.AF_INET6} {
		family, address := systemAddress(netip.MustParseAddrPort(text))
		var got netip.AddrPort
		switch a := address.(type) {
		case *syscall.SockaddrInet4:
			got = netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
		case *syscall.SockaddrInet6:
			got = netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
		}
		if family != want || got.String() != text {
			t.Errorf("%s: family %d and %s, want %d", text, family, got, want)
		}
	}
}
