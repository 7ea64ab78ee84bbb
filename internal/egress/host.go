package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// readHost reads the host of a URL or a rule, without port and brackets. It
// returns an address, or the zero Addr for a name.
//
// Programs read 0177.0.0.1 or ①②⑦.1 in different ways: a name to one is
// loopback to another. So readHost refuses all but the usual spellings. With
// the error it returns the address that another program may read.
func readHost(host string) (netip.Addr, error) {
	switch {
	case host == "":
		return netip.Addr{}, errors.New("must not be empty")
	case len(host) > 253: // RFC 1035, 2.3.4
		return netip.Addr{}, fmt.Errorf("must have at most 253 characters; got %d", len(host))
	case strings.ContainsFunc(host, func(r rune) bool { return r > 127 }):
		return readUnicode(host)
	case strings.Contains(host, ":"):
		return readIPv6(host)
	case strings.Contains(host, "%"):
		return readEscaped(host)
	case endsInNumber(host):
		return readIPv4(host)
	}
	return netip.Addr{}, checkHostName(host)
}

// plainHostName normalizes a name for comparison: lower case, without the final
// dot.
func plainHostName(host string) string {
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// checkHostName allows the characters and lengths that DNS and container names
// need.
func checkHostName(host string) error {
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 {
			return fmt.Errorf("must have from 1 to 63 characters between its dots; got %s", quoteShort(host))
		}
		if i := strings.IndexFunc(label, isNotHostNameRune); i >= 0 {
			return fmt.Errorf("must be a name of letters, digits, hyphens and underscores, or an address; got %s",
				quoteShort(host))
		}
	}
	return nil
}

func isNotHostNameRune(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}

// endsInNumber reports whether a host must be an IPv4 address by the URL
// Standard, "ends in a number checker".
func endsInNumber(host string) bool {
	host = plainHostName(host)
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, found := strings.CutPrefix(last, "0x"); found {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// readIPv4 parses four decimal numbers without leading zeros.
func readIPv4(host string) (netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return address, nil
	}
	if address, ok := parseLooseIPv4(host); ok {
		return address, spellingError(host, address)
	}
	return netip.Addr{}, fmt.Errorf("must be four numbers from 0 to 255, such as 192.0.2.1, when it ends in a "+
		"number; got %s", quoteShort(host))
}

// parseLooseIPv4 parses an address as inet_aton and browsers do: one to four
// numbers, each decimal, octal or hexadecimal. The last number fills the
// remaining bytes (URL Standard, "IPv4 parser").
func parseLooseIPv4(host string) (netip.Addr, bool) {
	parts := strings.Split(plainHostName(host), ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var all uint64
	for i, part := range parts {
		number, ok := parseLooseNumber(part)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if !ok || number>>bits != 0 {
			return netip.Addr{}, false
		}
		all = all<<bits | number
	}
	return netip.AddrFrom4([4]byte{byte(all >> 24), byte(all >> 16), byte(all >> 8), byte(all)}), true
}

// parseLooseNumber parses a decimal, octal or hexadecimal number.
func parseLooseNumber(text string) (uint64, bool) {
	base := 10
	if hex, found := strings.CutPrefix(text, "0x"); found {
		text, base = "0"+hex, 16
	} else if len(text) > 1 && text[0] == '0' {
		base = 8
	}
	number, err := strconv.ParseUint(text, base, 64)
	return number, err == nil
}

// readIPv6 accepts any spelling of RFC 4291, because all programs read it
// alike. It accepts a zone only on an address that can have one.
func readIPv6(host string) (netip.Addr, error) {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("must be an IPv6 address such as 2001:db8::1 when it has a colon in it; got %s",
			quoteShort(host))
	}
	zone := address.Zone()
	if zone == "" {
		return address, nil
	}
	isNotZoneRune := func(r rune) bool { return r != '.' && isNotHostNameRune(r) }
	if !address.IsLinkLocalUnicast() || address.Is4In6() || strings.ContainsFunc(zone, isNotZoneRune) {
		return address, spellingError(host, address.WithZone(""))
	}
	return address, nil
}

// readEscaped refuses percent-encoded hosts, such as %31 for 1, and returns the
// address they may mean.
func readEscaped(host string) (netip.Addr, error) {
	plain, err := url.PathUnescape(host)
	if err != nil || strings.Contains(plain, "%") {
		return netip.Addr{}, fmt.Errorf("must have no percent signs; got %s", quoteShort(host))
	}
	return readDecoded(host, plain)
}

// readUnicode refuses hosts that are not ASCII and returns the address that
// browsers read: they read ① and １ as 1, and 。 as a dot.
func readUnicode(host string) (netip.Addr, error) {
	plain, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("must be written in ASCII; got %s", quoteShort(host))
	}
	return readDecoded(host, plain)
}

// readDecoded reads a host after decoding.
func readDecoded(host, plain string) (netip.Addr, error) {
	address, err := readHost(plain)
	if address.IsValid() {
		return address, spellingError(host, address)
	}
	if err != nil {
		return address, err
	}
	return address, fmt.Errorf("must be written as %s; got %s", plain, quoteShort(host))
}

// spellingError refuses an unusual spelling of an address.
func spellingError(host string, address netip.Addr) error {
	return fmt.Errorf("must be written as %s, if that is meant; programs differ in what they read in %s", address,
		quoteShort(host))
}
