package httpclient

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostPort returns the parsed text.
func hostPort(t testing.TB, text string) HostPort {
	t.Helper()
	h, err := ParseHostPort(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A connection goes where the route says. The server gets the host of the URL.
func TestRoute(t *testing.T) {
	hosts := make(chan string, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil {
			hosts <- r.Host
			_, _ = io.WriteString(c, hello)
		}
	})
	at := hostPort(t, s.address)
	loopback := addressesOf("127.0.0.1")
	for name, test := range map[string]struct {
		url   string
		route Route
		asked string // of the resolver
		says  string // why it fails
	}{
		"resolve": {
			url:   withHost(s.url, "Api.test"),
			route: Route{Resolve: map[HostPort][]netip.Addr{{"api.test", at.Port}: loopback}},
		},
		"resolve the second address": {
			url: withHost(s.url, "api.test"),
			route: Route{Resolve: map[HostPort][]netip.Addr{
				{"api.test", at.Port}: addressesOf("127.0.0.2", "127.0.0.1"),
			}},
		},
		"resolve another port": {
			url:   withHost(s.url, "api.test"),
			route: Route{Resolve: map[HostPort][]netip.Addr{{"api.test", 1}: loopback}},
			asked: "api.test", says: "resolving api.test: not here",
		},
		"connect to an address": {
			url:   "http://api.test/",
			route: Route{ConnectTo: map[HostPort]HostPort{{"api.test", 80}: at}},
		},
		"connect to a host": {
			url:   "http://api.test/",
			route: Route{ConnectTo: map[HostPort]HostPort{{"api.test", 80}: {"other.test", at.Port}}},
			asked: "other.test", says: "resolving other.test: not here",
		},
		"connect to a host with an address": {
			url: "http://192.0.2.1/",
			route: Route{
				ConnectTo: map[HostPort]HostPort{{"192.0.2.1", 80}: {"other.test", at.Port}},
				Resolve:   map[HostPort][]netip.Addr{{"other.test", at.Port}: loopback},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			resolver := func(_ context.Context, host string) ([]netip.Addr, error) {
				asked = host
				return nil, errors.New("not here")
			}
			c := client(t, Options{Route: test.route, Resolver: resolver})
			_, err := get(t, c, test.url)
			if asked != test.asked {
				t.Errorf("%q was resolved, want %q", asked, test.asked)
			}
			if test.says != "" {
				wantClass(t, err, ClassDNS, test.says)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(test.url, "http://"), "/"))
			if got := strings.ToLower(<-hosts); got != want {
				t.Errorf("the server got the host %q, want %q", got, want)
			}
		})
	}
}

// Allow is asked about the address that is dialed: with the host if it was
// resolved, and by itself if the caller gave it.
func TestRouteAsksAllow(t *testing.T) {
	canary := serveRaw(t, serveAnswer(hello))
	at := hostPort(t, canary.address)
	for name, test := range map[string]struct {
		route Route
		asked string
	}{
		"resolve": {
			Route{Resolve: map[HostPort][]netip.Addr{{"api.test", 80}: addressesOf("127.0.0.1")}},
			"127.0.0.1 at 127.0.0.1:80",
		},
		"connect to an address": {
			Route{ConnectTo: map[HostPort]HostPort{{"api.test", 80}: at}}, "127.0.0.1 at " + canary.address,
		},
		"connect to a host": {
			Route{ConnectTo: map[HostPort]HostPort{{"api.test", 80}: {"other.test", at.Port}}},
			"other.test at " + canary.address,
		},
	} {
		var asked []string
		c := client(t, Options{
			Route: test.route, Resolver: resolveToLoopback,
			Allow: func(host string, address netip.AddrPort) error {
				asked = append(asked, host+" at "+address.String())
				return errors.New("not allowed")
			},
		})
		_, err := get(t, c, "http://api.test/")
		wantClass(t, err, ClassForbidden, "not allowed")
		if want := []string{test.asked}; !slices.Equal(asked, want) {
			t.Errorf("%s: asked about %q, want %q", name, asked, want)
		}
	}
	if n := canary.accepted.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

// All connections go to the Unix socket, for HTTP/1.1 and HTTP/2.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto+" "+r.Host)
		}),
		Protocols: new(http.Protocols), ErrorLog: discardLog(),
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	for want, http2 := range map[string]bool{"HTTP/1.1 api.test": false, "HTTP/2.0 api.test": true} {
		var asked []string
		c := client(t, Options{
			KeepAlive: true, HTTP2: http2, Route: Route{UnixSocket: path},
			AllowUnix: func(path string) error { asked = append(asked, path); return nil },
		})
		for range 2 {
			if a := mustGet(t, c, "http://api.test/"); string(a.Body) != want {
				t.Errorf("got %q, want %q", a.Body, want)
			}
		}
		if want := []string{path}; !slices.Equal(asked, want) {
			t.Errorf("asked about %q, want %q", asked, want)
		}
	}
	c := client(t, Options{Route: Route{UnixSocket: path}, AllowUnix: func(string) error { return errors.New("no") }})
	_, err = get(t, c, "http://api.test/")
	wantClass(t, err, ClassForbidden, "no")
	_, err = get(t, client(t, Options{Route: Route{UnixSocket: path + "x"}}), "http://api.test/")
	wantClass(t, err, ClassConnect, "connecting to "+path+"x")
}

// Connections come from the source addresses in turns.
func TestSources(t *testing.T) {
	peers := make(chan string, 1)
	s := serveRaw(t, func(c *net.TCPConn) {
		host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
		peers <- host
		serveAnswer(hello)(c)
	})
	c := client(t, Options{Route: Route{Sources: addressesOf("127.0.0.2", "::1", "127.0.0.3")}})
	var got []string
	for range 3 {
		mustGet(t, c, s.url)
		got = append(got, <-peers)
	}
	if want := []string{"127.0.0.2", "127.0.0.3", "127.0.0.2"}; !slices.Equal(got, want) {
		t.Errorf("connections came from %q, want %q", got, want)
	}
	_, err := get(t, client(t, Options{Route: Route{Sources: addressesOf("::1")}}), s.url)
	wantClass(t, err, ClassConnect, "no source address is of the family of 127.0.0.1")
}

// An address of another machine is none to connect from.
func TestCheckSource(t *testing.T) {
	for text, ok := range map[string]bool{"127.0.0.1": true, "127.0.0.9": true, "192.0.2.1": false} {
		if err := CheckSource(netip.MustParseAddr(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
