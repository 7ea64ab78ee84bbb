package egress

import (
	"net/netip"
	"testing"
)

func TestSpecialKind(t *testing.T) {
	tests := map[string]string{
		"169.253.255.255": "", "169.254.0.0": "a link-local address, where clouds keep a machine's credentials",
		"169.254.255.255": "a link-local address, where clouds keep a machine's credentials", "169.255.0.0": "",
		"100.100.100.199": "", "100.100.100.200": "a metadata service (Alibaba Cloud)", "100.100.100.201": "",
		"192.0.0.192": "a metadata service (Oracle Cloud)", "168.63.129.16": "a metadata service (Azure)",
		"fd00:ec2::254": "a metadata service (AWS)", "fd00:ec3::254": "",
		"fd20:ce::254": "a metadata service (Google Cloud)", "fd20:ce::253": "",
		"fd00:42::42": "a metadata service (Scaleway)",
		"0.0.0.0":     "an unspecified address", "0.255.0.0": "an unspecified address", "1.0.0.0": "",
		"::": "an unspecified address", "::1": "", "127.0.0.1": "",
		"223.255.255.255": "", "224.0.0.0": "a multicast address", "239.255.255.255": "a multicast address",
		"240.0.0.0": "", "255.255.255.254": "", "255.255.255.255": "the broadcast address",
		"fe7f:ffff::": "", "fe80::": "a link-local address", "febf::1": "a link-local address",
		"fec0::1": "a site-local address", "feff::1": "a site-local address", "ff00::": "a multicast address",
		"10.0.0.1": "", "192.168.0.1": "", "fd00::1": "", "2001:db8::1": "",
	}
	for address, want := range tests {
		if got := specialKind(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// A network is special only if all of it is.
func TestSpecialKindOfNetworks(t *testing.T) {
	tests := map[string]bool{
		"169.254.0.0/16": true, "169.254.169.0/24": true, "169.254.169.254/32": true, "169.254.0.0/15": false,
		"0.0.0.0/0": false,
		"0.0.0.0/8": true, "fe80::/10": true, "fe80::/9": false, "::/0": false, "::/128": true, "ff02::/16": true,
		"10.0.0.0/8": false,
	}
	for network, want := range tests {
		if got := specialKindOf(netip.MustParsePrefix(network)); (got != "") != want {
			t.Errorf("%s: %q", network, got)
		}
	}
}
