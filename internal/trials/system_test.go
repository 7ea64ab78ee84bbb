package trials

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// freeAddress returns an address of the loopback interface where nothing
// listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // it only found a port
	return listener.Addr().String()
}

// server returns a system that serves at an address, in a child of its shell.
func server(t *testing.T, address string) System {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return System{
		Command: fmt.Sprintf("%s=%s '%s' & wait", serveVariable, address, binary),
		Target:  "http://" + address + "/", Timeout: time.Minute,
	}
}

// A system is ready when its target answers, and the whole group is gone when it
// was stopped, so that it can be started again.
func TestSystem(t *testing.T) {
	address := freeAddress(t)
	for _, target := range []string{"http://" + address + "/ready", address} {
		s := server(t, address)
		s.Target = target
		stop, err := s.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !s.reachable(t.Context()) {
			t.Errorf("%s: it is not reachable once it is ready", target)
		}
		if _, err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "would be measured instead") {
			t.Errorf("%s: started a second time: %v", target, err)
		}
		if err := stop(); err != nil {
			t.Errorf("%s: %v", target, err)
		}
		if s.reachable(t.Context()) {
			t.Errorf("%s: it is still reachable", target)
		}
	}
}

func TestSystemErrors(t *testing.T) {
	address := freeAddress(t)
	broken := server(t, address)
	broken.Target, broken.Timeout = "http://"+address+"/broken", 500*time.Millisecond
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		system System
		want   string
	}{
		{"it ends", t.Context(), System{Command: "echo no config; exit 7", Target: address, Timeout: time.Minute},
			`"echo no config; exit 7" ended before it was ready at ` + address +
				": exit status 7; it printed: no config"},
		{"it ends well", t.Context(), System{Command: "true", Target: address, Timeout: time.Minute},
			`"true" ended before it was ready at ` + address + ": exit status 0"},
		{"it does not listen", t.Context(), System{Command: "sleep 100", Target: address, Timeout: time.Millisecond},
			`"sleep 100" is not ready at ` + address + " after 1ms"},
		{"it answers 500", t.Context(), broken, "is not ready at http://" + address + "/broken after 500ms"},
		{"interrupted", canceled, System{Command: "sleep 100", Target: address, Timeout: time.Minute},
			"context canceled"},
	} {
		_, err := test.system.Start(test.ctx)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", test.name, err, test.want)
		}
	}
}

func TestTarget(t *testing.T) {
	for target, want := range map[string]string{
		"http://localhost/ready":    "localhost:80",
		"https://localhost":         "localhost:443",
		"http://[::1]:8080/a?b=c":   "[::1]:8080",
		"127.0.0.1:99":              "127.0.0.1:99",
		"http://user@host:1/a:2/{}": "host:1",
	} {
		if got := Address(target); got != want {
			t.Errorf("%s is at %q, want %q", target, got, want)
		}
		if err := CheckTarget(target); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
	for _, target := range []string{"", "localhost", "http://", "http://%zz/"} {
		if err := CheckTarget(target); err == nil {
			t.Errorf("%q is accepted", target)
		}
	}
}

// The tail of the output is kept, whatever its pieces.
func TestTail(t *testing.T) {
	out := &tail{}
	if got := out.String(); got != "" {
		t.Errorf("of nothing: %q", got)
	}
	for range 1000 {
		fmt.Fprintln(out, "0123456789")
	}
	if got := out.String(); len(got) > tailSize+20 || !strings.HasSuffix(got, "0123456789") {
		t.Errorf("%d bytes are kept, want %d at most: %q", len(got), tailSize, got)
	}
}
