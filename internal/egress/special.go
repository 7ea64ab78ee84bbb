package egress

import "net/netip"

// specialNetworks are addresses that no name and no network rule allows: those
// of metadata services, which hold a machine's credentials, and those that
// belong to no host. The IANA registries of special-purpose addresses (RFC
// 6890) list them; the metadata services are in the manuals of their clouds.
var specialNetworks = []struct {
	network netip.Prefix
	kind    string
}{
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address, where clouds keep a machine's credentials"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fec0::/10"), "a site-local address"},
	{netip.MustParsePrefix("100.100.100.200/32"), "a metadata service (Alibaba Cloud)"},
	{netip.MustParsePrefix("192.0.0.192/32"), "a metadata service (Oracle Cloud)"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a metadata service (Azure)"},
	{netip.MustParsePrefix("fd00:ec2::/32"), "a metadata service (AWS)"},
	{netip.MustParsePrefix("fd20:ce::254/128"), "a metadata service (Google Cloud)"},
	{netip.MustParsePrefix("fd00:42::42/128"), "a metadata service (Scaleway)"},
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address"},
	{netip.MustParsePrefix("::/128"), "an unspecified address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("255.255.255.255/32"), "the broadcast address"},
}

// plainAddress normalizes an address for the rules. A socket treats
// ::ffff:127.0.0.1 as 127.0.0.1, and a zone selects an interface, not a host.
func plainAddress(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// specialKind returns what is special about an address, or "".
func specialKind(address netip.Addr) string {
	return specialKindOf(netip.PrefixFrom(address, address.BitLen()))
}

// specialKindOf returns what is special about every address of a network, or
// "".
func specialKindOf(network netip.Prefix) string {
	for _, s := range specialNetworks {
		if s.network.Bits() <= network.Bits() && s.network.Contains(network.Addr()) {
			return s.kind
		}
	}
	return ""
}
