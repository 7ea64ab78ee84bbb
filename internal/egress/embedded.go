package egress

import "net/netip"

// An embedding says where an IPv6 address contains an IPv4 address.
type embedding struct {
	octets   [4]int // positions of the IPv4 octets; the first octet is 0
	inverted bool   // every bit is inverted
}

var lastOctets = embedding{octets: [4]int{12, 13, 14, 15}}

// embeddingNetworks are the networks whose IPv6 addresses embed IPv4 ones: a
// packet to such an address reaches the IPv4 address.
var embeddingNetworks = []struct {
	network    netip.Prefix
	embeddings []embedding
	either     bool // only one of the embeddings applies, and it is unknown which
}{
	// IPv4-mapped: RFC 4291, 2.5.5.2
	{network: netip.MustParsePrefix("::ffff:0:0/96"), embeddings: []embedding{lastOctets}},
	// IPv4-compatible: RFC 4291, 2.5.5.1
	{network: netip.MustParsePrefix("::/96"), embeddings: []embedding{lastOctets}},
	// IPv4-translated: RFC 2765, 2.1
	{network: netip.MustParsePrefix("::ffff:0:0:0/96"), embeddings: []embedding{lastOctets}},
	// NAT64: RFC 6052, 2.1
	{network: netip.MustParsePrefix("64:ff9b::/96"), embeddings: []embedding{lastOctets}},
	// NAT64 in one's own network: RFC 8215
	{network: netip.MustParsePrefix("64:ff9b:1::/48"), embeddings: localNAT64, either: true},
	// 6to4: RFC 3056, 2
	{network: netip.MustParsePrefix("2002::/16"), embeddings: []embedding{{octets: [4]int{2, 3, 4, 5}}}},
	// Teredo: RFC 4380, 4
	{network: netip.MustParsePrefix("2001::/32"), embeddings: []embedding{teredoServer, teredoClient}},
}

var (
	teredoServer = embedding{octets: [4]int{4, 5, 6, 7}}
	teredoClient = embedding{octets: lastOctets.octets, inverted: true}
)

// localNAT64 lists the embeddings of RFC 6052, 2.2, for prefixes of 48, 56, 64
// and 96 bits. Only the gateway knows which one applies.
var localNAT64 = []embedding{
	{octets: [4]int{6, 7, 9, 10}}, {octets: [4]int{7, 9, 10, 11}}, {octets: [4]int{9, 10, 11, 12}}, lastOctets,
}

// embeddedIPv4 returns the IPv4 addresses that an IPv6 address may embed; most
// embed none. All of them must be checked.
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
// 5214, 6.1. Such an address may be in any network. A router that knows ISATAP
// sends its packets to the embedded address; any other router sends them to the
// network. So the address itself is checked as well.
func isISATAP(address netip.Addr) bool {
	if !address.Is6() {
		return false
	}
	octets := address.As16()
	const local = 0x02 // set if the IPv4 address is globally unique
	return octets[8]&^local == 0 && octets[9] == 0 && octets[10] == 0x5e && octets[11] == 0xfe
}

// likelyIPv4 removes addresses in 0.0.0.0/8, unless all are. Wrong embeddings
// produce such addresses, and the right one would reach no host.
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

// embedsIPv4 reports whether all addresses of a network embed IPv4 ones.
func embedsIPv4(network netip.Prefix) bool {
	for _, e := range embeddingNetworks {
		if e.network.Bits() <= network.Bits() && e.network.Contains(network.Addr()) {
			return network.Addr() != netip.IPv6Loopback()
		}
	}
	return false
}
