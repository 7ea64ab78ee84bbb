package egresstest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
)

// A Speller generates URLs that some program reads as a given address, in every
// known way, and some that no program reads.
type Speller struct{ random *rand.Rand }

// NewSpeller returns a Speller whose URLs depend only on the seed.
func NewSpeller(seed uint64) Speller { return Speller{rand.New(rand.NewPCG(seed, 0))} }

// Address returns a random forbidden address.
func (s Speller) Address() netip.Addr { return netip.MustParseAddr(s.pick(forbiddenAddresses...)) }

func (s Speller) pick(texts ...string) string { return texts[s.random.IntN(len(texts))] }

// mostly returns usual most of the time, and otherwise one of the others.
func (s Speller) mostly(usual string, odd ...string) string {
	if s.random.IntN(6) > 0 {
		return usual
	}
	return s.pick(odd...)
}

// URL returns a URL with the address as its host. It need not be valid.
func (s Speller) URL(address netip.Addr) string {
	scheme := s.pick("http", "http", "http", "HTTP", "hTTp", "https", "HTTPS")
	slashes := s.mostly("://", ":/", ":///", ":\\\\", "://\\", ":////")
	user := s.mostly("", "api.example@", "api.example:80@", "@", "api.example%40", "api.example\\@", "api.example#@",
		"api.example?@", "api.example/@", "203.0.113.7 ", "a:b@c@")
	port := s.pick("", ":", ":80", ":8080") +
		s.mostly("", ":080", ":0", ":65536", ":80:80", "@api.example", "\\@api.example", "%00.api.example",
			"#.api.example", "%23.api.example", ".api.example", ".nip.example:80")
	path := s.pick("", "/", "/latest/meta-data", "?q", "#f", "\\", "/%2e%2e/", "/ x")
	return scheme + slashes + user + s.host(address) + port + path
}

// host returns a disguise of the address, with brackets if it is IPv6.
func (s Speller) host(address netip.Addr) string {
	if address.Is6() {
		return s.bracket(s.formatIPv6(address))
	}
	switch s.random.IntN(8) {
	case 0:
		return s.bracket(s.formatIPv6(s.embed(address)))
	case 1:
		return s.bracket("::ffff:" + s.groups(address))
	case 2:
		return s.encode(address.String())
	default:
		return s.encode(s.groups(address))
	}
}

func (s Speller) bracket(text string) string {
	zone := s.mostly("", "%25lo", "%lo", "%251", "%25", "%2525eth0")
	switch s.random.IntN(12) {
	case 0:
		return text
	case 1:
		return "%5B" + text + "%5D"
	case 2:
		return "[" + s.encode(text) + "]"
	}
	return "[" + text + zone + "]"
}

// groups writes the address as one to four numbers, as inet_aton reads them.
func (s Speller) groups(address netip.Addr) string {
	octets := address.As4()
	count := 1 + s.random.IntN(4)
	var parts []string
	for i := range count - 1 {
		parts = append(parts, s.number(uint64(octets[i])))
	}
	var last uint64
	for _, octet := range octets[count-1:] {
		last = last<<8 | uint64(octet)
	}
	if s.random.IntN(20) == 0 {
		last += 1 << (8 * (5 - count)) // overflows 32 bits
	}
	return strings.Join(append(parts, s.number(last)), s.mostly(".", "。", "．", "｡", "%2e", ".."))
}

func (s Speller) number(n uint64) string {
	zeros := strings.Repeat("0", s.random.IntN(6))
	switch s.random.IntN(8) {
	case 0:
		return zeros + "0" + strconv.FormatUint(n, 8)
	case 1:
		return "0x" + zeros + strconv.FormatUint(n, 16)
	case 2:
		return strings.ToUpper("0x" + zeros + strconv.FormatUint(n, 16))
	case 3:
		return zeros + strconv.FormatUint(n, 10)
	case 4:
		return "+" + strconv.FormatUint(n, 10)
	default:
		return strconv.FormatUint(n, 10)
	}
}

// encode replaces some characters by ones that a browser or resolver decodes,
// and adds some that it drops.
func (s Speller) encode(text string) string {
	digits := [][]rune{[]rune("０１２３４５６７８９"), []rune("⓪①②③④⑤⑥⑦⑧⑨"), []rune("₀₁₂₃₄₅₆₇₈₉"), []rune("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
		[]rune("٠١٢٣٤٥٦٧٨٩")}[s.random.IntN(5)]
	how, often := s.random.IntN(18), 1+s.random.IntN(3)
	var b strings.Builder
	for _, r := range text {
		switch {
		case how > 2 || s.random.IntN(often) > 0:
			b.WriteRune(r)
		case how == 0:
			fmt.Fprintf(&b, "%%%02x", string(r))
		case how == 1:
			fmt.Fprintf(&b, "%%25%02X", r)
		case r >= '0' && r <= '9':
			b.WriteRune(digits[r-'0'])
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + s.mostly("", ".", "..", "。", "\u00ad", "\u200b", "%00", "%20", " ", "\t", "\r\n", "%0d%0a")
}

// embed returns an IPv6 address that embeds the IPv4 address.
func (s Speller) embed(address netip.Addr) netip.Addr {
	e := Embeddings[s.random.IntN(len(Embeddings))]
	positions := e.Positions[s.random.IntN(len(e.Positions))]
	octets := e.Network.Addr().As16()
	inverted := e.Inverted && positions == e.Positions[len(e.Positions)-1]
	if s.random.IntN(6) == 0 { // ISATAP, in a network that is allowed
		octets = netip.MustParseAddr("2001:db8:1::5efe:0:0").As16()
		octets[8], positions, inverted = byte(s.random.IntN(2)*2), lastOctets, false
	}
	for i, octet := range address.As4() {
		if inverted {
			octet = ^octet
		}
		octets[positions[i]] = octet
	}
	return netip.AddrFrom16(octets)
}

// formatIPv6 writes an IPv6 address in one of its spellings.
func (s Speller) formatIPv6(address netip.Addr) string {
	octets := address.As16()
	switch s.random.IntN(5) {
	case 0:
		return strings.ToUpper(address.String())
	case 1:
		return address.StringExpanded()
	case 2:
		head := strings.TrimSuffix(netip.AddrFrom16(octets).StringExpanded(),
			fmt.Sprintf("%02x%02x:%02x%02x", octets[12], octets[13], octets[14], octets[15]))
		return fmt.Sprintf("%s%d.%d.%d.%d", head, octets[12], octets[13], octets[14], octets[15])
	default:
		return address.String()
	}
}

// forbiddenAddresses are the addresses that the spellings stand for.
var forbiddenAddresses = []string{
	"127.0.0.1", "127.8.9.1", "169.254.169.254", "169.254.170.2", "100.100.100.200", "0.0.0.0", "10.0.0.1",
	"172.16.0.1", "192.168.1.1", "224.0.0.1", "255.255.255.255",
	"::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fc00::1",
}

// Embeddings lists the IPv6 networks that embed IPv4 addresses. It is
// independent of the table in egress, whose test compares both.
var Embeddings = []struct {
	Network   netip.Prefix
	Positions [][4]int // of the IPv4 octets; the first octet is 0
	Inverted  bool     // the bits at the last of the positions are inverted
}{
	{Network: netip.MustParsePrefix("::ffff:0:0/96"), Positions: [][4]int{lastOctets}},
	{Network: netip.MustParsePrefix("::/96"), Positions: [][4]int{lastOctets}},
	{Network: netip.MustParsePrefix("::ffff:0:0:0/96"), Positions: [][4]int{lastOctets}},
	{Network: netip.MustParsePrefix("64:ff9b::/96"), Positions: [][4]int{lastOctets}},
	{Network: netip.MustParsePrefix("64:ff9b:1::/48"),
		Positions: [][4]int{{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, lastOctets}},
	{Network: netip.MustParsePrefix("2002::/16"), Positions: [][4]int{{2, 3, 4, 5}}},
	{Network: netip.MustParsePrefix("2001::/32"), Positions: [][4]int{{4, 5, 6, 7}, lastOctets}, Inverted: true},
}

var lastOctets = [4]int{12, 13, 14, 15}
