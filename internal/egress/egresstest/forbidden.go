// Package egresstest lists addresses that jobs must never reach, in every known
// spelling, for tests of any code that calls a URL.
//
// It is not part of the product. An Allowlist refuses each of these addresses
// unless a rule has exactly that address. The default list refuses them, and so
// does a list of all networks.
package egresstest

import "net/netip"

// A Spelling is a host as in a URL, with brackets, and the address that some
// program reads in it.
type Spelling struct {
	Host    string
	Address netip.Addr
}

// Forbidden returns the hosts of Spellings, for http://HOST:PORT/.
func Forbidden() []string { return hostsOf(Spellings()) }

// Loopback returns valid spellings of loopback. They are refused only where the
// rules exclude loopback.
func Loopback() []string {
	return []string{
		"localhost", "LOCALHOST", "LocalHost", "localhost.",
		"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254",
		"[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0.0.0.1]",
		"[::ffff:127.0.0.1]", "[::FFFF:7F00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:7f12:3456]",
	}
}

// Spellings returns spellings of forbidden addresses, plain and disguised, and
// disguises of loopback.
func Spellings() []Spelling {
	var all []Spelling
	for _, group := range spellings {
		for _, host := range group.hosts {
			all = append(all, Spelling{host, netip.MustParseAddr(group.address)})
		}
	}
	return all
}

// ForbiddenAddresses returns addresses that are never called unless a rule has
// exactly that address.
func ForbiddenAddresses() []netip.Addr {
	all := make([]netip.Addr, len(addresses))
	for i, text := range addresses {
		all[i] = netip.MustParseAddr(text)
	}
	return all
}

func hostsOf(all []Spelling) []string {
	hosts := make([]string, len(all))
	for i, s := range all {
		hosts[i] = s.Host
	}
	return hosts
}

var spellings = []struct {
	address string
	hosts   []string
}{
	{"127.0.0.1", []string{
		// One number: decimal, hexadecimal, octal.
		"2130706433", "0x7f000001", "0X7F000001", "0x7F000001", "017700000001", "00017700000001", "0x000000007f000001",
		// Fewer than four.
		"127.1", "127.0.1", "127.1.", "0x7f.1", "0177.1", "127.0x1", "0x7f.0.1", "127.0.01",
		// Four, in other bases or with leading zeros.
		"0177.0.0.1", "0177.0.0.01", "0177.00.00.01", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0x7f.00.0.01", "127.0.0.01",
		"127.0.0.0x1", "127.0.0.001", "127.000.000.001", "127.0x00.0.1", "0x7F.0X0.0.1",
		// A dot too many.
		"127.0.0.1.", "0x7f.1.", "2130706433.",
		// Percent-encoded.
		"%31%32%37%2e%30%2e%30%2e%31", "127%2e0%2e0%2e1", "127.0.0.%31", "%6c%6f%63%61%6c%68%6f%73%74", "127%2E1",
		"0x7f%2e1",
		// Not ASCII: full-width, circled, subscript and mathematical digits,
		// other dots, letters.
		"１２７.０.０.１", "①②⑦.⓪.⓪.①", "₁₂₇.₀.₀.₁", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７。１", "①②⑦。①",
		"ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "𝟬𝓧7f.1", "2130706433\u00ad", "127.0.0.1\u200b", "%EF%BC%91%EF%BC%92%EF%BC%97.1",
		// Brackets around something other than an IPv6 address.
		"[127.0.0.1]", "[localhost]", "[0x7f.1]", "[::ffff:127.0.0.1%25lo]",
		// IPv4 in IPv6, which reaches some machine's loopback.
		"[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]",
		"[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2001:0:0:0:0:0:80ff:fffe]",
		"[2001::80ff:fffe]",
	}},
	{"::1", []string{"[::1%25lo]", "[::1%251]", "[0:0:0:0:0:0:0:1%25lo]", "[::1%25]"}},
	{"0.0.0.0", []string{
		"0.0.0.0", "0", "0.0", "0.0.0", "00", "0x0", "0x", "00000000000", "0x00000000", "000.000.000.000", "0.0.0.0.",
		"０.０.０.０", "%30",
		"[::ffff:0.0.0.0]", "[::ffff:0:0]", "[64:ff9b::0.0.0.0]", "[64:ff9b::]", "[64:ff9b:1::]", "[2002::]",
		"[2002:0:0::1]",
	}},
	{"0.0.0.1", []string{"0.0.0.1", "1", "0x1", "0.1", "[::ffff:0.0.0.1]"}},
	{"::", []string{"[::]", "[0::0]", "[0:0:0:0:0:0:0:0]", "[::0.0.0.0]", "[0000::]", "[::%25lo]"}},
	{"169.254.169.254", []string{
		"169.254.169.254", "2852039166", "0xa9fea9fe", "0xA9FEA9FE", "025177524776", "0000025177524776", "169.16689662",
		"169.254.43518", "169.0xfea9fe", "0xa9.254.0xa9.0376",
		"0251.0376.0251.0376", "0251.254.169.254", "0xa9.0xfe.0xa9.0xfe", "0xA9.0XFE.169.254", "169.254.169.0376",
		"169.254.0xa9fe", "00000251.00000376.000251.0000376", "169.254.169.254.", "0xa9fea9fe.",
		"169%2e254%2e169%2e254", "%31%36%39.254.169.254", "１６９.２５４.１６９.２５４", "①⑥⑨.②⑤④.①⑥⑨.②⑤④", "169。254。169。254",
		"⑯⑨.②⑤④.⑯⑨。②⑤④", "１６９｡254．169。254",
		"[169.254.169.254]", "[::ffff:169.254.169.254]", "[::FFFF:A9FE:A9FE]", "[::ffff:a9fe:a9fe]",
		"[0:0:0:0:0:ffff:a9fe:a9fe]", "[0:0:0:0:0:FFFF:169.254.169.254]", "[::169.254.169.254]", "[::a9fe:a9fe]",
		"[::ffff:0:169.254.169.254]", "[0:0:0:0:ffff:0:a9fe:a9fe]", "[::ffff:169.254.169.254%25eth0]",
		"[64:ff9b::169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[0064:FF9B:0:0:0:0:A9FE:A9FE]", "[64:ff9b:1::a9fe:a9fe]",
		"[64:ff9b:1::169.254.169.254]", "[64:ff9b:1:a9fe:a9:fe00::]", "[64:ff9b:1:a9:fe:a9fe::]",
		"[64:ff9b:1:0:a9:fea9:fe00:0]", "[64:ff9b:1:a9fe:a9:fe00:808:808]", "[64:ff9b:1:ffff::a9fe:a9fe]",
		"[2002:a9fe:a9fe::]", "[2002:a9fe:a9fe::1]", "[2002:A9FE:A9FE:0:0:0:0:1]",
		"[2002:a9fe:a9fe:1234:5678:9abc:def0:1]", "[2001::5601:5601]", "[2001:0:a9fe:a9fe::f7f7:f7f7]",
		"[2001:0000:0808:0808:0000:0000:5601:5601]",
	}},
	{"169.254.170.2", []string{"169.254.170.2", "2852039170", "0xa9feaa02", "[::ffff:169.254.170.2]"}},
	{"169.254.0.1", []string{"169.254.0.1", "169.254.1", "0xa9fe0001", "[64:ff9b::a9fe:1]"}},
	{"100.100.100.200", []string{"100.100.100.200", "1684301000", "0x646464c8", "0144.0144.0144.0310", "100.100.25800",
		"[::ffff:100.100.100.200]", "[64:ff9b::6464:64c8]", "[2002:6464:64c8::]"}},
	{"192.0.0.192", []string{"192.0.0.192", "3221225664", "0xc00000c0", "192.192", "0300.0.0.0300", "[::ffff:c000:c0]",
		"[::192.0.0.192]"}},
	{"168.63.129.16", []string{"168.63.129.16", "2822734096", "0xa83f8110", "0250.077.0201.020", "168.63.33040",
		"[::ffff:168.63.129.16]", "[64:ff9b::a83f:8110]"}},
	{"255.255.255.255", []string{"255.255.255.255", "4294967295", "0xffffffff", "037777777777", "255.16777215",
		"[::ffff:255.255.255.255]", "[64:ff9b::ffff:ffff]"}},
	{"224.0.0.1", []string{"224.0.0.1", "3758096385", "0xe0000001", "224.1", "[::ffff:224.0.0.1]"}},
	{"239.255.255.250", []string{"239.255.255.250", "0xeffffffa"}},
	{"fe80::1", []string{"[fe80::1]", "[FE80::1]", "[fe80:0:0:0:0:0:0:1]", "[fe80::1%25eth0]", "[fe80::1%25lo]",
		"[fe80::1%251]", "[fe80::0.0.0.1]", "[fe80::1%25e%2525h]"}},
	{"fe80::a9fe:a9fe", []string{"[fe80::a9fe:a9fe]", "[fe80::169.254.169.254]", "[fe80::a9fe:a9fe%25eth0]"}},
	{"febf:ffff::1", []string{"[febf:ffff::1]"}},
	{"fec0::1", []string{"[fec0::1]"}},
	{"fd00:ec2::254", []string{"[fd00:ec2::254]", "[FD00:EC2::254]", "[fd00:0ec2:0:0:0:0:0:254]",
		"[fd00:ec2::0.0.2.84]", "[fd00:ec2::254%25eth0]"}},
	{"fd00:ec2::23", []string{"[fd00:ec2::23]"}},
	{"fd20:ce::254", []string{"[fd20:ce::254]", "[fd20:00ce::0254]"}},
	{"fd00:42::42", []string{"[fd00:42::42]"}},
	{"ff02::1", []string{"[ff02::1]", "[FF02::1]", "[ff02::1%25eth0]"}},
	{"ff05::1:3", []string{"[ff05::1:3]"}},
}

var addresses = []string{
	"169.254.169.254", "169.254.0.0", "169.254.0.1", "169.254.170.2", "169.254.255.255",
	"100.100.100.200", "192.0.0.192", "168.63.129.16",
	"0.0.0.0", "0.0.0.1", "0.255.255.255", "::",
	"224.0.0.0", "224.0.0.1", "239.255.255.250", "239.255.255.255", "255.255.255.255",
	"fe80::", "fe80::1", "fe80::1%eth0", "fe80::1%lo", "fe80::a9fe:a9fe", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	"fec0::1",
	"fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "fd00:ec2::254%eth0",
	"ff00::", "ff02::1", "ff02::1%eth0", "ff05::1:3", "ff0e::1",
	"::ffff:169.254.169.254", "::ffff:169.254.169.254%eth0", "::ffff:100.100.100.200", "::ffff:192.0.0.192",
	"::ffff:168.63.129.16", "::ffff:0.0.0.0", "::ffff:224.0.0.1", "::ffff:255.255.255.255",
	"::169.254.169.254", "::127.0.0.1", "::100.100.100.200", "::2", "::ffff",
	"::ffff:0:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:0:0.0.0.0",
	"64:ff9b::169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::127.255.255.255", "64:ff9b::0.0.0.0",
	"64:ff9b::100.100.100.200", "64:ff9b::224.0.0.1",
	"64:ff9b:1::169.254.169.254", "64:ff9b:1::127.0.0.1", "64:ff9b:1::", "64:ff9b:1:a9fe:a9:fe00::",
	"64:ff9b:1:7f00:0:100::", "64:ff9b:1:a9:fe:a9fe::", "64:ff9b:1:0:a9:fea9:fe00:0",
	"64:ff9b:1:a9fe:a9:fe00:808:808",
	"2002:a9fe:a9fe::", "2002:a9fe:a9fe::1", "2002:7f00:1::", "2002:7f00:1::7f00:1", "2002::", "2002:6464:64c8::",
	"2002:e000:1::",
	"2001::5601:5601", "2001::80ff:fffe", "2001:0:a9fe:a9fe::f7f7:f7f7", "2001:0:808:808::5601:5601",
	"2001:0:7f00:1::f7f7:f7f7",
}
