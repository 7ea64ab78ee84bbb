package egress

import (
	"net/netip"
	"strings"
	"testing"
)

// A Unix socket is allowed only by a rule with exactly its path.
func TestAllowUnix(t *testing.T) {
	const refused = `must not call the socket "/run/a.sock": it is none of the targets that this service may call; ` +
		"the operator can allow it with --allow-target unix:/run/a.sock"
	for name, test := range map[string]struct {
		list Allowlist
		want string
	}{
		"default":  {Allowlist{}, refused},
		"all":      {AllowAll(), ""},
		"exact":    {allowlistOf(t, "unix:/run/b.sock", "unix:/run/a.sock"), ""},
		"other":    {allowlistOf(t, "unix:/run/a.sock.b", "unix:/run/a"), refused},
		"loopback": {allowlistOf(t, "localhost", "0.0.0.0/0", "::/0"), refused},
	} {
		got := ""
		if err := test.list.AllowUnix("/run/a.sock"); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// Paths that name one socket in several ways are refused, whatever is allowed.
func TestSocketPaths(t *testing.T) {
	for _, path := range []string{
		"", "/", "a.sock", "./a.sock", "@abstract", "\x00abstract", "/run/../a.sock", "/run//a.sock", "/run/a.sock/",
		"/run/\x00a.sock", "/" + strings.Repeat("a", maxSocketPath),
	} {
		if err := AllowAll().AllowUnix(path); err == nil {
			t.Errorf("%q is allowed", path)
		}
		if _, err := ParseAllowlist([]string{"unix:" + path}); err == nil {
			t.Errorf("%q is a rule", path)
		}
	}
}

// A list of sockets alone allows no address, not even loopback.
func TestSocketsReplaceLoopback(t *testing.T) {
	list := allowlistOf(t, "unix:/run/a.sock")
	if err := list.Allow("127.0.0.1", netip.MustParseAddrPort("127.0.0.1:80")); err == nil {
		t.Error("loopback is allowed")
	}
}
