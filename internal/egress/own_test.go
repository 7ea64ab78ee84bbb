package egress

import (
	"net/netip"
	"strings"
	"testing"
)

// The service's own listener is refused unless a rule has its port; other
// listeners of this machine are allowed.
func TestOwnListener(t *testing.T) {
	const refused = "that is this service itself, which is called only where its port is allowed; the operator can " +
		"allow it with --allow-target "
	tests := []struct {
		listener, rules, host, address string
		advice                         string // "" if the call is allowed
	}{
		{"127.0.0.1:5000", "", "127.0.0.1", "127.0.0.1:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "", "localhost", "127.0.0.1:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "", "127.0.0.1", "[::ffff:127.0.0.1]:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "", "127.0.0.1", "127.0.0.1:5001", ""},
		{"127.0.0.1:5000", "", "127.0.0.2", "127.0.0.2:5000", ""},
		{"[::1]:5000", "", "::1", "[::1]:5000", "[::1]:5000"},
		{"0.0.0.0:5000", "", "127.0.0.9", "127.0.0.9:5000", "127.0.0.9:5000"},
		{"[::]:5000", "", "::1", "[::1]:5000", "[::1]:5000"},
		{"127.0.0.1:5000", "localhost", "localhost", "127.0.0.1:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "127.0.0.1", "127.0.0.1", "127.0.0.1:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "127.0.0.0/8", "127.0.0.1", "127.0.0.1:5000", "127.0.0.1:5000"},
		{"127.0.0.1:5000", "localhost:5000", "localhost", "127.0.0.1:5000", ""},
		{"127.0.0.1:5000", "127.0.0.1:5000", "localhost", "127.0.0.1:5000", ""},
		{"0.0.0.0:5000", "127.0.0.0/8:5000", "127.0.0.9", "127.0.0.9:5000", ""},
	}
	for _, test := range tests {
		var rules []string
		if test.rules != "" {
			rules = append(rules, test.rules)
		}
		targets, err := ParseAllowlist(rules)
		if err != nil {
			t.Fatal(err)
		}
		err = targets.Except(netip.MustParseAddrPort(test.listener)).Allow(test.host,
			netip.MustParseAddrPort(test.address))
		switch {
		case test.advice == "" && err != nil:
			t.Errorf("%+v: %v", test, err)
		case test.advice != "" && (err == nil || !strings.HasSuffix(err.Error(), refused+test.advice)):
			t.Errorf("%+v: %v, want %q", test, err, refused+test.advice)
		}
	}
	// A listener on all addresses covers those of the interfaces.
	targets := Allowlist{rules: []rule{{network: netip.MustParsePrefix("192.0.2.0/24")}}}.Except(netip.MustParseAddrPort("[::]:5000"))
	targets.own[0].local = []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	if err := targets.Allow("a", netip.MustParseAddrPort("192.0.2.7:5000")); err == nil {
		t.Error("the address of an interface is allowed")
	}
	if err := targets.Allow("a", netip.MustParseAddrPort("192.0.2.8:5000")); err != nil {
		t.Errorf("the same port of another machine: %v", err)
	}
	// Several listeners are refused, by this list only.
	one := Allowlist{}.Except(netip.MustParseAddrPort("127.0.0.1:5000"))
	two := one.Except(netip.MustParseAddrPort("127.0.0.1:4222"))
	one.Except(netip.MustParseAddrPort("127.0.0.1:5001"))
	for address, refused := range map[string][2]bool{
		"127.0.0.1:5000": {true, true}, "127.0.0.1:4222": {false, true}, "127.0.0.1:5001": {},
	} {
		at := netip.MustParseAddrPort(address)
		if got := [2]bool{one.Allow("localhost", at) != nil, two.Allow("localhost", at) != nil}; got != refused {
			t.Errorf("%s is refused by the list with one listener and the one with two: %v, want %v", address, got, refused)
		}
	}
	// A command that a user runs may call its own machine.
	err := AllowAll().Except(netip.MustParseAddrPort("127.0.0.1:5000")).Allow("a",
		netip.MustParseAddrPort("127.0.0.1:5000"))
	if err != nil {
		t.Errorf("any target: %v", err)
	}
}
