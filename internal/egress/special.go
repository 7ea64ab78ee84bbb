package egress

import "net/netip"

// specialNetworks are addresses that no name and no network makes callable:
// those behind which a cloud keeps the credentials of a machine, and those that
// are nobody's. The IANA registries of special-purpose addresses (RFC 6890) say
// which are which; the metadata services are named by their clouds' manuals.
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

// plainAddress is an address as it is judged: ::ffff:127.0.0.1 is 127.0.0.1 to a
// socket, and a zone says which interface, not who is behind it.
func plainAddress(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// specialKind says what is special about an address, "" for nothing.
func specialKind(address netip.Addr) string {
	return specialKindOf(netip.PrefixFrom(address, address.BitLen()))
}

// specialKindOf says what is special about every address of a network.
func specialKindOf(network netip.Prefix) string {
	for _, s := range specialNetworks {
		if s.network.Bits() <= network.Bits() && s.network.Contains(network.Addr()) {
			return s.kind
		}
	}
	return ""
}
