package egress

import "net/netip"

// An embedding is where an IPv6 address has an IPv4 address in it.
type embedding struct {
	octets   [4]int // their positions, the first octet being 0
	inverted bool   // every bit is written as its opposite
}

var lastOctets = embedding{octets: [4]int{12, 13, 14, 15}}

// embeddingNetworks are the IPv6 addresses that stand for IPv4 ones: a packet to
// one of them ends at the other.
var embeddingNetworks = []struct {
	network    netip.Prefix
	embeddings []embedding
	either     bool // only one of the embeddings is right, and it is not known which
}{
	{network: netip.MustParsePrefix("::ffff:0:0/96"), embeddings: []embedding{lastOctets}},               // IPv4-mapped: RFC 4291, 2.5.5.2
	{network: netip.MustParsePrefix("::/96"), embeddings: []embedding{lastOctets}},                       // IPv4-compatible: RFC 4291, 2.5.5.1
	{network: netip.MustParsePrefix("::ffff:0:0:0/96"), embeddings: []embedding{lastOctets}},             // IPv4-translated: RFC 2765, 2.1
	{network: netip.MustParsePrefix("64:ff9b::/96"), embeddings: []embedding{lastOctets}},                // NAT64: RFC 6052, 2.1
	{network: netip.MustParsePrefix("64:ff9b:1::/48"), embeddings: localNAT64, either: true},             // NAT64 in one's own network: RFC 8215
	{network: netip.MustParsePrefix("2002::/16"), embeddings: []embedding{{octets: [4]int{2, 3, 4, 5}}}}, // 6to4: RFC 3056, 2
	{network: netip.MustParsePrefix("2001::/32"), embeddings: []embedding{teredoServer, teredoClient}},   // Teredo: RFC 4380, 4
}

var (
	teredoServer = embedding{octets: [4]int{4, 5, 6, 7}}
	teredoClient = embedding{octets: lastOctets.octets, inverted: true}
)

// localNAT64 is RFC 6052, 2.2 for prefixes of 48, 56, 64 and 96 bits: only the
// gateway knows which it is.
var localNAT64 = []embedding{
	{octets: [4]int{6, 7, 9, 10}}, {octets: [4]int{7, 9, 10, 11}}, {octets: [4]int{9, 10, 11, 12}}, lastOctets,
}

// embeddedIPv4 lists the IPv4 addresses for which an IPv6 address may stand,
// none for most. All of them are to be judged.
func embeddedIPv4(address netip.Addr) []netip.Addr {
	if !address.Is6() || address.IsUnspecified() || address.IsLoopback() {
		return nil
	}
	for _, n := range embeddingNetworks {
		if !n.network.Contains(address) {
			continue
		}
		var within []netip.Addr
		for _, e := range n.embeddings {
			within = append(within, e.read(address.As16()))
		}
		if n.either {
			return likelyIPv4(within)
		}
		return within
	}
	if isISATAP(address) {
		return []netip.Addr{lastOctets.read(address.As16())}
	}
	return nil
}

// isISATAP reports whether an address ends in an interface identifier of RFC
// 5214, 6.1. It may be in any network: a router that knows the protocol sends
// its packets to the IPv4 address within, and any other one to that network. So
// the address itself is judged as well.
func isISATAP(address netip.Addr) bool {
	if !address.Is6() {
		return false
	}
	octets := address.As16()
	const local = 0x02 // the bit that says that the IPv4 address is unique
	return octets[8]&^local == 0 && octets[9] == 0 && octets[10] == 0x5e && octets[11] == 0xfe
}

// likelyIPv4 leaves out what is in 0.0.0.0/8, if not all is: the wrong readings
// of an address are full of zeros, and the right one would lead nowhere.
func likelyIPv4(all []netip.Addr) []netip.Addr {
	var likely []netip.Addr
	for _, a := range all {
		if a.As4()[0] != 0 {
			likely = append(likely, a)
		}
	}
	if len(likely) == 0 {
		return all
	}
	return likely
}

func (e embedding) read(address [16]byte) netip.Addr {
	var within [4]byte
	for i, octet := range e.octets {
		within[i] = address[octet]
		if e.inverted {
			within[i] = ^within[i]
		}
	}
	return netip.AddrFrom4(within)
}

// embedsIPv4 reports whether all addresses of a network stand for IPv4 ones.
func embedsIPv4(network netip.Prefix) bool {
	for _, e := range embeddingNetworks {
		if e.network.Bits() <= network.Bits() && e.network.Contains(network.Addr()) {
			return network.Addr() != netip.IPv6Loopback()
		}
	}
	return false
}
