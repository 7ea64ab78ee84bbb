package egress

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestReadHost(t *testing.T) {
	tests := []struct {
		host    string
		address string // the address, or the one it may be read as; "" for a name
		usual   bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:DB8:0:0::1", "2001:db8::1", true},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1", true},
		{"fe80::1%eth0", "fe80::1%eth0", true},
		{"fe80::1%eth0.1", "fe80::1%eth0.1", true},
		{"fe80::1%e/", "fe80::1%e/", false},
		{"2001:db8::1%eth0", "2001:db8::1%eth0", false},
		{"api.example", "", true},
		{"api.example.", "", true},
		{"a_b-c.d1", "", true},
		{"0xz", "", true},
		{"1x", "", true},
		{"0300.1", "192.0.0.1", false},
		{"192.513", "192.0.2.1", false},
		{"192.131585", "192.2.2.1", false},
		{"192.16777215", "192.255.255.255", false},
		{"192.16777216", "", false},
		{"192.0.65535", "192.0.255.255", false},
		{"192.0.65536", "", false},
		{"256.1", "", false},
		{"4294967295", "255.255.255.255", false},
		{"4294967296", "", false},
		{"99999999999999999999999", "", false},
		{"08", "", false},
		{"0x", "0.0.0.0", false},
		{"1.2.3.4.5", "", false},
		{"api.1", "", false},
		{"api.0x1f", "", false},
		{"1..1", "", false},
		{"192.0.2.１", "192.0.2.1", false},
		{"%31.1", "1.0.0.1", false},
		{"%3", "", false},
		{"%2531.1", "", false},
		{"bücher.example", "", false},
		{"\xff", "", false},
		{"a b", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		address, err := readHost(test.host)
		got := ""
		if address.IsValid() {
			got = address.String()
		}
		if got != test.address || (err == nil) != test.usual {
			t.Errorf("%q: %q, %v; want %q, in order %v", test.host, got, err, test.address, test.usual)
		}
	}
}

// No disguise of a forbidden address is allowed.
func TestDisguises(t *testing.T) {
	all := restrictiveLists(t)
	rapid.Check(t, func(t *rapid.T) {
		address := drawSpecialIPv4(t)
		host := drawDisguise(t, address)
		for name, allowed := range all {
			u := &url.URL{Scheme: "http", Host: host}
			if allowed.CheckURL(u) == nil {
				t.Fatalf("%s allows %s for %s", name, host, address)
			}
			if u, err := url.Parse("http://" + host + ":8080/"); err == nil && allowed.CheckURL(u) == nil {
				t.Fatalf("%s allows %s for %s", name, u, address)
			}
		}
	})
}

// No disguise of loopback is allowed where loopback is not, and none is read as
// another address.
func TestDisguisesOfLoopback(t *testing.T) {
	others := allowlistOf(t, "192.0.2.1", "2001:db8::/32")
	rapid.Check(t, func(t *rapid.T) {
		octet := rapid.Byte()
		address := netip.AddrFrom4([4]byte{127, octet.Draw(t, "b"), octet.Draw(t, "c"), octet.Draw(t, "d")})
		host := drawDisguise(t, address)
		if others.CheckURL(&url.URL{Scheme: "http", Host: host}) == nil {
			t.Fatalf("%s is allowed for %s", host, address)
		}
	})
}

func drawSpecialIPv4(t *rapid.T) netip.Addr {
	var networks []netip.Prefix
	for _, s := range specialNetworks {
		if s.network.Addr().Is4() {
			networks = append(networks, s.network)
		}
	}
	octets := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "octets")
	return addressIn(rapid.SampledFrom(networks).Draw(t, "network"), octets)
}

// drawDisguise writes an IPv4 address as inet_aton reads it, as IPv6, or
// plainly, and then encodes it in a way that browsers decode.
func drawDisguise(t *rapid.T, address netip.Addr) string {
	if rapid.Bool().Draw(t, "embedded") {
		return "[" + drawEmbedded(t, address) + "]"
	}
	text := drawGroups(t, address)
	switch rapid.IntRange(0, 4).Draw(t, "encoding") {
	case 0:
		text = strings.ToUpper(text)
	case 1:
		text += "."
	case 2:
		text = mapSome(t, text, func(r rune) string { return fmt.Sprintf("%%%02x", r) })
	case 3:
		text = mapSome(t, text, func(r rune) string { return string(r - '!' + '！') }) // full-width forms
	}
	return text
}

// drawGroups writes one to four numbers, each in its own base.
func drawGroups(t *rapid.T, address netip.Addr) string {
	octets := address.As4()
	groups := rapid.IntRange(1, 4).Draw(t, "groups")
	var parts []string
	for i := range groups - 1 {
		parts = append(parts, drawNumber(t, uint32(octets[i])))
	}
	var last uint32
	for _, octet := range octets[groups-1:] {
		last = last<<8 | uint32(octet)
	}
	return strings.Join(append(parts, drawNumber(t, last)), ".")
}

func drawNumber(t *rapid.T, n uint32) string {
	zeros := strings.Repeat("0", rapid.IntRange(0, 5).Draw(t, "zeros"))
	switch rapid.IntRange(0, 2).Draw(t, "base") {
	case 0:
		return fmt.Sprintf("%d", n)
	case 1:
		return fmt.Sprintf("0%s%o", zeros, n)
	}
	return fmt.Sprintf("0x%s%x", zeros, n)
}

// mapSome replaces at least one character.
func mapSome(t *rapid.T, text string, replace func(rune) string) string {
	var b strings.Builder
	sure := rapid.IntRange(0, len(text)-1).Draw(t, "sure")
	for i, r := range text {
		if i == sure || rapid.Bool().Draw(t, "replaced") {
			b.WriteString(replace(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// drawEmbedded writes an IPv6 address that embeds the IPv4 address.
func drawEmbedded(t *rapid.T, address netip.Addr) string {
	var octets [16]byte
	form := rapid.SampledFrom(embeddingNetworks).Draw(t, "form")
	if form.either && address.As4()[0] == 0 {
		form = embeddingNetworks[0] // it would not be read so
	}
	if form.network.Addr().IsUnspecified() && address == netip.AddrFrom4([4]byte{0, 0, 0, 1}) {
		form = embeddingNetworks[0] // it would be ::1, which is loopback and nothing else
	}
	if form.network.Bits() < 96 { // whatever else there is in it
		copy(octets[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "others"))
	}
	octets = addressIn(form.network, octets[:]).As16()
	e := rapid.SampledFrom(form.embeddings).Draw(t, "embedding")
	for i, octet := range address.As4() {
		if e.inverted {
			octet = ^octet
		}
		octets[e.octets[i]] = octet
	}
	text := netip.AddrFrom16(octets)
	switch rapid.IntRange(0, 3).Draw(t, "spelling") {
	case 0:
		return text.StringExpanded()
	case 1:
		return strings.Map(unicode.ToUpper, text.String())
	case 2:
		return text.WithZone("eth0").String()
	}
	return text.String()
}
