package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/transport/transporttest"
)

// A speller writes URLs for an address in every way that we know of in which some
// program takes it for that address, and in some in which none does.
type speller struct{ *rand.Rand }

func (s speller) pick(texts ...string) string { return texts[s.IntN(len(texts))] }

// seldom is most often the first text, and else one of the others.
func (s speller) seldom(usual string, odd ...string) string {
	if s.IntN(6) > 0 {
		return usual
	}
	return s.pick(odd...)
}

// url is a whole URL.
func (s speller) url(address netip.Addr) string {
	scheme := s.pick("http", "http", "http", "HTTP", "hTTp", "https", "HTTPS")
	slashes := s.seldom("://", ":/", ":///", ":\\\\", "://\\", ":////")
	user := s.seldom("", "api.example@", "api.example:80@", "@", "api.example%40", "api.example\\@", "api.example#@", "api.example?@", "api.example/@", "203.0.113.7 ", "a:b@c@")
	port := s.pick("", ":", ":80", ":8080") + s.seldom("", ":080", ":0", ":65536", ":80:80", "@api.example", "\\@api.example", "%00.api.example", "#.api.example", "%23.api.example", ".api.example", ".nip.example:80")
	path := s.pick("", "/", "/latest/meta-data", "?q", "#f", "\\", "/%2e%2e/", "/ x")
	return scheme + slashes + user + s.host(address) + port + path
}

// host is the address in disguise, with brackets where it is IPv6.
func (s speller) host(address netip.Addr) string {
	if address.Is6() {
		return s.bracket(s.six(address))
	}
	switch s.IntN(8) {
	case 0:
		return s.bracket(s.six(s.embed(address)))
	case 1:
		return s.bracket("::ffff:" + s.groups(address))
	case 2:
		return s.encode(address.String())
	default:
		return s.encode(s.groups(address))
	}
}

func (s speller) bracket(text string) string {
	zone := s.seldom("", "%25lo", "%lo", "%251", "%25", "%2525eth0")
	switch s.IntN(12) {
	case 0:
		return text
	case 1:
		return "%5B" + text + "%5D"
	case 2:
		return "[" + s.encode(text) + "]"
	}
	return "[" + text + zone + "]"
}

// groups are one to four numbers as inet_aton reads them.
func (s speller) groups(address netip.Addr) string {
	octets := address.As4()
	count := 1 + s.IntN(4)
	var parts []string
	for i := range count - 1 {
		parts = append(parts, s.number(uint64(octets[i])))
	}
	var last uint64
	for _, octet := range octets[count-1:] {
		last = last<<8 | uint64(octet)
	}
	if s.IntN(20) == 0 {
		last += 1 << (8 * (5 - count)) // what overflows in 32 bits
	}
	return strings.Join(append(parts, s.number(last)), s.seldom(".", "。", "．", "｡", "%2e", ".."))
}

func (s speller) number(n uint64) string {
	zeros := strings.Repeat("0", s.IntN(6))
	switch s.IntN(8) {
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

// encode replaces some characters by what a browser or a resolver undoes, and adds
// what it drops.
func (s speller) encode(text string) string {
	digits := [][]rune{[]rune("０１２３４５６７８９"), []rune("⓪①②③④⑤⑥⑦⑧⑨"), []rune("₀₁₂₃₄₅₆₇₈₉"), []rune("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"), []rune("٠١٢٣٤٥٦٧٨٩")}[s.IntN(5)]
	how, often := s.IntN(18), 1+s.IntN(3)
	var b strings.Builder
	for _, r := range text {
		switch {
		case how > 2 || s.IntN(often) > 0:
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
	return b.String() + s.seldom("", ".", "..", "。", "\u00ad", "\u200b", "%00", "%20", " ", "\t", "\r\n", "%0d%0a")
}

// embed is an IPv6 address that stands for an IPv4 one.
func (s speller) embed(address netip.Addr) netip.Addr {
	form := embeddingNetworks[s.IntN(len(embeddingNetworks))]
	octets := form.network.Addr().As16()
	e := form.embeddings[s.IntN(len(form.embeddings))]
	if s.IntN(6) == 0 { // ISATAP, in a network that is allowed
		octets = netip.MustParseAddr("2001:db8:1::5efe:0:0").As16()
		octets[8], e = byte(s.IntN(2)*2), lastOctets
	}
	for i, octet := range address.As4() {
		if e.inverted {
			octet = ^octet
		}
		octets[e.octets[i]] = octet
	}
	return netip.AddrFrom16(octets)
}

// six is an IPv6 address in one of its spellings.
func (s speller) six(address netip.Addr) string {
	octets := address.As16()
	switch s.IntN(5) {
	case 0:
		return strings.ToUpper(address.String())
	case 1:
		return address.StringExpanded()
	case 2:
		head := strings.TrimSuffix(netip.AddrFrom16(octets).StringExpanded(), fmt.Sprintf("%02x%02x:%02x%02x", octets[12], octets[13], octets[14], octets[15]))
		return fmt.Sprintf("%s%d.%d.%d.%d", head, octets[12], octets[13], octets[14], octets[15])
	default:
		return address.String()
	}
}

// spelled are what no spelling may lead to.
var spelled = []string{
	"127.0.0.1", "127.8.9.1", "169.254.169.254", "169.254.170.2", "100.100.100.200", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "224.0.0.1", "255.255.255.255",
	"::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fc00::1",
}

// No spelling of a forbidden address makes a client dial: not if it is read as
// the address, and not if a resolver makes that of it. AUREA_SPELLINGS is how
// many are tried, and AUREA_SEED which.
func TestSpellingsAreNotDialed(t *testing.T) {
	tries, seed := 3000, uint64(1)
	if text := os.Getenv("AUREA_SPELLINGS"); text != "" {
		tries, _ = strconv.Atoi(text)
		seed = uint64(time.Now().UnixNano())
	}
	if text := os.Getenv("AUREA_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("%d spellings of AUREA_SEED=%d", tries, seed)
	s := speller{rand.New(rand.NewPCG(seed, 0))}

	fine := netip.MustParseAddr("203.0.113.7") // api.example
	var address netip.Addr                     // what every other name resolves to
	var text string
	dialed := 0
	clientOf := func(allowed Targets) *Client {
		c := client(t, Options{Allow: allowed.Allow, Resolver: func(_ context.Context, host string) ([]netip.Addr, error) {
			if plainHostName(host) == "api.example" {
				return []netip.Addr{fine}, nil
			}
			return []netip.Addr{address}, nil
		}})
		c.dialTCP = func(_ context.Context, _ string, to netip.AddrPort) (*net.TCPConn, error) {
			if to.Addr() != fine {
				dialed++
			}
			return nil, errors.New("this test dials nothing")
		}
		return c
	}
	allowed := targetsOf(t, "api.example", "203.0.113.0/24", "203.0.113.7", "2001:db8:1::/48")
	guarded, open := clientOf(allowed), clientOf(AnyTarget())
	try := func(c *Client, text string) {
		r, err := c.NewRequest("GET", text, nil, nil)
		if err != nil {
			return
		}
		var a Answer
		_ = c.Do(t.Context(), r, 0, &a) // it fails, if only since nothing is dialed
	}
	given := transporttest.Forbidden()
	distinct, wouldDial := map[string]bool{}, 0
	for i := range tries {
		address = netip.MustParseAddr(spelled[s.IntN(len(spelled))])
		if text = s.url(address); i < len(given) {
			text = "http://" + given[i] + "/"
		}
		distinct[text] = true
		dialed = 0
		if try(guarded, text); dialed > 0 {
			t.Errorf("%q was dialed for %s (AUREA_SEED=%d)", text, address, seed)
		}
		if u, err := url.Parse(text); err == nil && u.Hostname() != "" && allowed.CheckURL(u) == nil {
			// What is let through before the run is a name that may be called.
			if name, _ := readHost(u.Hostname()); name.IsValid() && allowed.Allow(u.Hostname(), netip.AddrPortFrom(name, 80)) != nil {
				t.Errorf("%q is let through for %s (AUREA_SEED=%d)", text, name, seed)
			}
		}
		dialed = 0
		try(open, text)
		wouldDial += min(dialed, 1)
	}
	if len(distinct) < tries/2 || wouldDial < tries/20 {
		t.Errorf("%d spellings differ, and %d would be dialed where all is allowed, of %d: the others show nothing", len(distinct), wouldDial, tries)
	}
	t.Logf("%d differ, %d would be dialed where all is allowed", len(distinct), wouldDial)
}
