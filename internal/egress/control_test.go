package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
)

func TestControl(t *testing.T) {
	tests := []struct {
		network, address string
		allowed          bool
	}{
		{"tcp4", "127.0.0.1:80", true},
		{"tcp6", "[::1]:80", true},
		{"tcp4", "192.0.2.1:80", false},
		{"tcp6", "[fe80::1%lo]:80", false},
		{"tcp", "127.0.0.1:80", false},
		{"udp4", "127.0.0.1:80", false},
		{"unix", "/run/x.sock", false},
		{"tcp4", "localhost:80", false},
		{"tcp4", "", false},
	}
	for _, test := range tests {
		err := Targets{}.Control("x")(t.Context(), test.network, test.address, nil)
		if (err == nil) != test.allowed {
			t.Errorf("%s %s: %v", test.network, test.address, err)
		}
	}
}

// No dialer that has the check in it gets to a socket file, whatever is allowed.
func TestControlRefusesSocketFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", file)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialer := net.Dialer{ControlContext: AnyTarget().Control("x")}
	if connection, err := dialer.DialContext(context.Background(), "unix", file); err == nil {
		connection.Close()
		t.Error("it was called")
	}
}

// A dialer wraps the error, and it is still to be found.
func TestControlErrorIsFound(t *testing.T) {
	err := dialControlled(t, Targets{}, "api.example", netip.MustParseAddrPort("192.0.2.1:80"))
	var forbidden *ForbiddenError
	if !errors.As(err, &forbidden) || forbidden.Host != "api.example" || forbidden.Address.String() != "192.0.2.1:80" {
		t.Errorf("got %v", err)
	}
}
