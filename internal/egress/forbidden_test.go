package egress

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
)

// allowlistOf parses valid rules.
func allowlistOf(t testing.TB, rules ...string) Allowlist {
	t.Helper()
	parsed, err := ParseAllowlist(rules)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// forbiddenSpellings are hosts that an Allowlist allows only by exact address.
func forbiddenSpellings() []egresstest.Spelling { return egresstest.Spellings() }

// restrictiveLists returns lists that refuse every forbidden address: one
// allows only loopback, one other hosts, and one every network.
func restrictiveLists(t testing.TB) map[string]Allowlist {
	return map[string]Allowlist{
		"loopback":   {},
		"another":    allowlistOf(t, "192.0.2.1", "api.example:8080"),
		"everything": allowlistOf(t, "0.0.0.0/0", "::/0"),
	}
}

func TestForbiddenSpellings(t *testing.T) {
	if n := len(forbiddenSpellings()); n < 200 {
		t.Errorf("only %d spellings", n)
	}
	for name, allowed := range restrictiveLists(t) {
		for _, s := range forbiddenSpellings() {
			for _, text := range []string{"http://" + s.Host + "/", "https://" + s.Host + ":8443/latest"} {
				if u, err := url.Parse(text); err == nil {
					if err := allowed.CheckURL(u); err == nil {
						t.Errorf("%s allows %s", name, text)
					}
				}
			}
			// A URL that was built instead of parsed has the host unescaped.
			raw := &url.URL{Scheme: "http", Host: strings.ReplaceAll(s.Host, "%25", "%"), Path: "/"}
			if err := allowed.CheckURL(raw); err == nil {
				t.Errorf("%s allows the host %q", name, raw.Host)
			}
		}
	}
}

// readHost finds the address in each spelling: a table of meaningless hosts
// would be refused too.
func TestForbiddenSpellingsAreRead(t *testing.T) {
	read := 0
	for _, s := range forbiddenSpellings() {
		host, _ := cutBrackets(strings.ReplaceAll(s.Host, "%25", "%"))
		address, _ := readHost(host)
		if !address.IsValid() {
			continue
		}
		read++
		plain := plainAddress(address)
		if plain != s.Address && !slices.Contains(embeddedIPv4(plain), s.Address) {
			t.Errorf("%s is read as %s, want %s", s.Host, plain, s.Address)
		}
	}
	if all := len(forbiddenSpellings()); read < all-20 {
		t.Errorf("only %d of %d are read", read, all)
	}
}

// Valid spellings of loopback are allowed where loopback is, so CheckURL does
// not simply refuse everything.
func TestLoopbackSpellings(t *testing.T) {
	others := allowlistOf(t, "192.0.2.1")
	for _, host := range egresstest.Loopback() {
		u, err := url.Parse("http://" + host + ":8080/")
		if err != nil {
			t.Fatal(err)
		}
		if err := (Allowlist{}).CheckURL(u); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
			continue // a name; Allow judges it at the connection
		}
		var forbidden *ForbiddenError
		if err := others.CheckURL(u); !errors.As(err, &forbidden) {
			t.Errorf("%s where only another address is allowed: %v", host, err)
		}
	}
}

// A forbidden address is refused, whatever host name resolves to it.
func TestForbiddenAddresses(t *testing.T) {
	all := restrictiveLists(t)
	all["its name"] = allowlistOf(t, "host.example", "0.0.0.0/0", "::/0")
	for name, allowed := range all {
		for _, address := range egresstest.ForbiddenAddresses() {
			err := allowed.Allow("host.example", netip.AddrPortFrom(address, 80))
			var forbidden *ForbiddenError
			if !errors.As(err, &forbidden) {
				t.Errorf("%s allows %s: %v", name, address, err)
				continue
			}
			if forbidden.Host != "host.example" || forbidden.Address.Addr() != address {
				t.Errorf("%s: the error is about %q at %s", address, forbidden.Host, forbidden.Address)
			}
			if forbidden.Reason == "" {
				t.Errorf("%s: the error has no reason", address)
			}
		}
	}
}

// The rule that an error advises allows the call.
func TestForbiddenAdvice(t *testing.T) {
	for _, address := range append(egresstest.ForbiddenAddresses(), netip.MustParseAddr("10.0.0.1"),
		netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("64:ff9b::a00:1")) {
		called := netip.AddrPortFrom(address, 80)
		err := Allowlist{}.Allow("host.example", called)
		_, advice, found := strings.Cut(err.Error(), "--allow-target ")
		if !found {
			t.Errorf("%s: no advice in %q", address, err)
			continue
		}
		if err := allowlistOf(t, advice).Allow("host.example", called); err != nil {
			t.Errorf("with --allow-target %s: %v", advice, err)
		}
	}
}

func TestForbiddenError(t *testing.T) {
	tests := []struct {
		allowed       Allowlist
		host, address string
		text          string
	}{
		{Allowlist{}, "api.example", "192.0.2.7:80",
			`must not call "api.example" at 192.0.2.7: this service may call nothing but loopback; the operator can allow it with --allow-target api.example`},
		{Allowlist{}, "192.0.2.7", "192.0.2.7:80",
			`must not call "192.0.2.7": this service may call nothing but loopback; the operator can allow it with --allow-target 192.0.2.7`},
		{allowlistOf(t, "api.example"), "localhost", "127.0.0.1:80",
			`must not call "localhost" at 127.0.0.1: it is none of the targets that this service may call; the operator can allow it with --allow-target localhost`},
		{allowlistOf(t, "api.example"), "api.example", "169.254.169.254:80",
			`must not call "api.example" at 169.254.169.254: that is a link-local address, where clouds keep a machine's credentials, which is called only where exactly this address is allowed; the operator can allow it with --allow-target 169.254.169.254`},
		{Allowlist{}, "api.example", "[64:ff9b::7f00:1]:80",
			`must not call "api.example" at 64:ff9b::7f00:1: it stands for 127.0.0.1, the loopback of another machine; the operator can allow it with --allow-target 64:ff9b::7f00:1`},
	}
	for _, test := range tests {
		err := test.allowed.Allow(test.host, netip.MustParseAddrPort(test.address))
		if err == nil || err.Error() != test.text {
			t.Errorf("got  %v\nwant %s", err, test.text)
		}
	}
	err := AllowAll().Allow("api.example", netip.AddrPort{})
	if err == nil || err.Error() != `must not call "api.example": it has no address` {
		t.Errorf("without an address: %v", err)
	}
}
