package egress

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

var allowlistTests = []struct {
	rules   []string
	host    string
	address string
	allowed bool
}{
	// Without rules loopback is allowed, by any name and at any port.
	{nil, "127.0.0.1", "127.0.0.1:1", true},
	{nil, "anything.example", "127.9.9.9:65535", true},
	{nil, "localhost", "[::1]:80", true},
	{nil, "localhost", "[::ffff:127.0.0.1]:80", true},
	{nil, "localhost", "10.0.0.1:80", false},
	{nil, "10.0.0.1", "10.0.0.1:80", false},
	{nil, "192.0.2.1", "192.0.2.1:80", false},
	{nil, "100.64.0.1", "100.64.0.1:80", false},
	{nil, "x", "[fd00::1]:80", false},
	{nil, "x", "[2001:db8::1]:80", false},
	{nil, "x", "[::2]:80", false},
	{nil, "x", "128.0.0.1:80", false},
	{nil, "x", "126.255.255.255:80", false},

	// Rules replace the default.
	{[]string{"192.0.2.1"}, "127.0.0.1", "127.0.0.1:80", false},
	{[]string{"192.0.2.1", "localhost"}, "127.0.0.1", "127.0.0.1:80", true},
	{[]string{"localhost"}, "localhost", "127.0.0.1:80", true},
	{[]string{"localhost"}, "localhost", "[::1]:80", true},
	{[]string{"localhost"}, "localhost", "192.0.2.1:80", false}, // loopback by definition
	{[]string{"LOCALHOST.:8080"}, "127.0.0.1", "127.0.0.1:8080", true},
	{[]string{"localhost:8080"}, "localhost", "127.0.0.1:8081", false},

	// A host name.
	{[]string{"api.example"}, "api.example", "192.0.2.1:80", true},
	{[]string{"api.example"}, "API.Example.", "192.0.2.1:80", true},
	{[]string{"Api.Example."}, "api.example", "[2001:db8::1]:443", true},
	{[]string{"api.example"}, "api.example", "127.0.0.1:80", false}, // DNS must not open loopback
	{[]string{"api.example"}, "api.example", "127.1.2.3:80", false},
	{[]string{"api.example"}, "api.example", "[::1]:80", false},
	{[]string{"api.example"}, "api.example", "[::ffff:127.0.0.1]:80", false},
	{[]string{"api.example:80"}, "api.example", "127.0.0.1:80", false},
	{[]string{"api.example", "localhost"}, "api.example", "127.0.0.1:80", true},
	{[]string{"api.example", "localhost:80"}, "api.example", "127.0.0.1:81", false},
	{[]string{"api.example", "127.0.0.0/8"}, "api.example", "127.0.0.1:80", true},
	{[]string{"api.example", "127.0.0.1"}, "api.example", "127.0.0.2:80", false},
	{[]string{"api.example", "::1"}, "api.example", "[::1]:80", true},
	{[]string{"api.localhost"}, "api.localhost", "127.0.0.1:80", true}, // RFC 6761, 6.3
	{[]string{"api.localhost"}, "API.LOCALHOST.", "[::1]:80", true},
	{[]string{"api.localhost"}, "other.localhost", "127.0.0.1:80", false},
	{[]string{"notlocalhost"}, "notlocalhost", "127.0.0.1:80", false},
	{[]string{"localhost.example"}, "localhost.example", "127.0.0.1:80", false},
	{[]string{"api.example"}, "192.0.2.1", "192.0.2.1:80", false},
	{[]string{"api.example"}, "www.api.example", "192.0.2.1:80", false},
	{[]string{"api.example"}, "example", "192.0.2.1:80", false},
	{[]string{"api.example:8080"}, "api.example", "192.0.2.1:8080", true},
	{[]string{"api.example:8080"}, "api.example", "192.0.2.1:80", false},
	{[]string{"api.example"}, "api.example", "169.254.169.254:80", false},
	{[]string{"api.example"}, "api.example", "[64:ff9b::192.0.2.1]:80", true},
	{[]string{"api.example"}, "api.example", "[64:ff9b::127.0.0.1]:80", false},

	// An address, whatever the host name.
	{[]string{"192.0.2.1"}, "api.example", "192.0.2.1:80", true},
	{[]string{"192.0.2.1"}, "api.example", "[::ffff:192.0.2.1]:80", true},
	{[]string{"::ffff:192.0.2.1"}, "api.example", "192.0.2.1:80", true},
	{[]string{"192.0.2.1"}, "api.example", "192.0.2.2:80", false},
	{[]string{"192.0.2.1:8080"}, "api.example", "192.0.2.1:8080", true},
	{[]string{"192.0.2.1:8080"}, "api.example", "192.0.2.1:80", false},
	{[]string{"2001:DB8:0::1"}, "api.example", "[2001:db8::1]:80", true},
	{[]string{"[2001:db8::1]:8080"}, "api.example", "[2001:db8::1]:8080", true},
	{[]string{"[2001:db8::1]:8080"}, "api.example", "[2001:db8::1]:80", false},
	{[]string{"[2001:db8::1]"}, "api.example", "[2001:db8::1]:80", true},

	// A network.
	{[]string{"10.0.0.0/8"}, "x", "10.255.0.1:80", true},
	{[]string{"10.0.0.0/8"}, "x", "11.0.0.1:80", false},
	{[]string{"10.0.0.0/8"}, "x", "[::ffff:10.0.0.1]:80", true},
	{[]string{"10.0.0.0/8:8080"}, "x", "10.0.0.1:8080", true},
	{[]string{"10.0.0.0/8:8080"}, "x", "10.0.0.1:8081", false},
	{[]string{"2001:db8::/32"}, "x", "[2001:db8:1::1]:80", true},
	{[]string{"2001:db8::/32:443"}, "x", "[2001:db8:1::1]:443", true},
	{[]string{"[2001:db8::/32]:443"}, "x", "[2001:db8:1::1]:80", false},
	{[]string{"::1/128"}, "x", "[::1]:80", true},
	{[]string{"0.0.0.0/0"}, "x", "8.8.8.8:80", true},
	{[]string{"0.0.0.0/0"}, "x", "[2001:db8::1]:80", false},
	{[]string{"::/0"}, "x", "[2001:db8::1]:80", true},
	{[]string{"::/0"}, "x", "10.0.0.1:80", false},

	// An address that embeds an IPv4 address is judged by it.
	{[]string{"10.0.0.0/8"}, "x", "[64:ff9b::10.0.0.1]:80", true},
	{[]string{"10.0.0.0/8"}, "x", "[64:ff9b:1::10.0.0.1]:80", true},
	{[]string{"10.0.0.0/8"}, "x", "[2002:a00:1::1]:80", true},
	{[]string{"10.0.0.0/8"}, "x", "[::10.0.0.1]:80", true},
	{[]string{"::/0"}, "x", "[64:ff9b::10.0.0.1]:80", false},
	{[]string{"::/0"}, "x", "[64:ff9b:1::10.0.0.1]:80", false},
	{[]string{"::/0"}, "x", "[2002:a00:1::1]:80", false},
	{[]string{"10.0.0.0/8"}, "x", "[2001:0:a00:1::f5ff:fffe]:80", true}, // Teredo: server and client
	{[]string{"10.0.0.0/8"}, "x", "[2001:0:808:808::f5ff:fffe]:80", false},
	{[]string{"10.0.0.0/8"}, "x", "[2001:0:a00:1::f7f7:f7f7]:80", false},
	{[]string{"0.0.0.0/0"}, "x", "[64:ff9b::127.0.0.1]:80", false},

	// ISATAP: both addresses are judged, because only some networks know
	// ISATAP.
	{[]string{"2001:db8::/32", "10.0.0.0/8"}, "x", "[2001:db8::5efe:10.0.0.1]:80", true},
	{[]string{"2001:db8::/32", "10.0.0.0/8"}, "x", "[2001:db8::200:5efe:10.0.0.1]:80", true},
	{[]string{"2001:db8::/32"}, "x", "[2001:db8::5efe:10.0.0.1]:80", false},
	{[]string{"10.0.0.0/8"}, "x", "[2001:db8::5efe:10.0.0.1]:80", false},
	{[]string{"::/0", "0.0.0.0/0"}, "x", "[2001:db8::5efe:127.0.0.1]:80", false},
	{[]string{"::/0", "0.0.0.0/0"}, "x", "[2001:db8::200:5efe:169.254.169.254]:80", false},
	{[]string{"api.example"}, "api.example", "[2001:db8::5efe:169.254.169.254]:80", false},
	{[]string{"2001:db8::5efe:7f00:1"}, "x", "[2001:db8::5efe:127.0.0.1]:80", true},
	{[]string{"2001:db8::/32"}, "x", "[2001:db8::100:5efe:10.0.0.1]:80", true}, // not ISATAP

	// A special address is refused unless it is listed.
	{[]string{"169.254.169.254"}, "x", "169.254.169.254:80", true},
	{[]string{"169.254.169.254"}, "x", "[::ffff:169.254.169.254]:80", true},
	{[]string{"169.254.169.254"}, "x", "169.254.169.253:80", false},
	{[]string{"169.254.169.254"}, "x", "[64:ff9b::169.254.169.254]:80", false},
	{[]string{"169.254.169.254:80"}, "x", "169.254.169.254:80", true},
	{[]string{"169.254.169.254:80"}, "x", "169.254.169.254:81", false},
	{[]string{"64:ff9b::a9fe:a9fe"}, "x", "[64:ff9b::169.254.169.254]:80", true},
	{[]string{"64:ff9b::a9fe:a9fe"}, "x", "169.254.169.254:80", false},
	{[]string{"168.0.0.0/5"}, "x", "169.254.169.254:80", false},
	{[]string{"168.0.0.0/5"}, "x", "169.253.0.1:80", true},
	{[]string{"fe80::1"}, "x", "[fe80::1%eth0]:80", true},
	{[]string{"fe80::1"}, "x", "[fe80::2%eth0]:80", false},
	{[]string{"0.0.0.0"}, "x", "0.0.0.0:80", true},
}

func TestAllowlistAllows(t *testing.T) {
	for _, test := range allowlistTests {
		err := allowlistOf(t, test.rules...).Allow(test.host, netip.MustParseAddrPort(test.address))
		if (err == nil) != test.allowed {
			t.Errorf("with %q, %s at %s: %v", test.rules, test.host, test.address, err)
		}
	}
}

// AllowAll allows every address.
func TestAllowAll(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1:80", "8.8.8.8:443", "169.254.169.254:80", "0.0.0.0:1",
		"[fe80::1%eth0]:80", "[64:ff9b::7f00:1]:80",
	} {
		if err := AllowAll().Allow("x", netip.MustParseAddrPort(address)); err != nil {
			t.Error(err)
		}
	}
}

// The zero Allowlist allows all of 127.0.0.0/8.
func TestLoopbackIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		octet := rapid.Byte()
		address := netip.AddrFrom4([4]byte{127, octet.Draw(t, "b"), octet.Draw(t, "c"), octet.Draw(t, "d")})
		port := rapid.Uint16Min(1).Draw(t, "port")
		if err := (Allowlist{}).Allow(address.String(), netip.AddrPortFrom(address, port)); err != nil {
			t.Fatal(err)
		}
		if err := checkText(Allowlist{}, "http://"+netip.AddrPortFrom(address, port).String()+"/path"); err != nil {
			t.Fatal(err)
		}
	})
}

// An address that a network rule allows is in that network and not special.
func TestNetworksAllowTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := drawAddress(t)
		network := netip.PrefixFrom(drawAddress(t), 0)
		network = netip.PrefixFrom(network.Addr(), rapid.IntRange(0, network.Addr().BitLen()).Draw(t, "bits")).Masked()
		allowed, err := ParseAllowlist([]string{network.String()})
		if err != nil {
			return // the rule is refused: it would have no effect
		}
		if allowed.Allow("x", netip.AddrPortFrom(address, 80)) != nil {
			return
		}
		judged := append(embeddedIPv4(address), plainAddress(address))
		if within := embeddedIPv4(address); len(within) > 0 {
			judged = within
		}
		for _, a := range judged {
			if !network.Contains(a) || specialKind(a) != "" {
				t.Fatalf("%s allows %s", network, address)
			}
		}
	})
}

// drawAddress draws an address; every second one is close to a special address.
func drawAddress(t *rapid.T) netip.Addr {
	octets := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "octets")
	address := netip.AddrFrom16([16]byte(octets))
	var networks []netip.Prefix
	for _, s := range specialNetworks {
		networks = append(networks, s.network)
	}
	for _, e := range embeddingNetworks {
		networks = append(networks, e.network)
	}
	switch network := rapid.SampledFrom(networks).Draw(t, "network"); rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		return address
	case 1:
		return netip.AddrFrom4([4]byte(octets[12:]))
	default:
		return addressIn(network, octets)
	}
}

// addressIn returns the address of a network with the given bits after its
// prefix.
func addressIn(network netip.Prefix, octets []byte) netip.Addr {
	base := network.Addr().AsSlice()
	for i := range base {
		for bit := range 8 {
			if i*8+bit >= network.Bits() {
				base[i] |= octets[i] & (0x80 >> bit)
			}
		}
	}
	address, _ := netip.AddrFromSlice(base)
	return address
}
