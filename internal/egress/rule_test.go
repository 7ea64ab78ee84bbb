package egress

import (
	"net/netip"
	"strings"
	"testing"
)

// Errors name the rule, say what is wrong, and show a correct form.
func TestParseAllowlistErrors(t *testing.T) {
	tests := map[string]string{
		"":                         "is empty; write a host, an address or a network, such as api.example:8080",
		"  ":                       "is empty",
		"http://api.example:8080/": "is a URL; write its host",
		"*":                        "there are no wildcards; write each name, or networks, such as 10.0.0.0/8",
		"*.example":                "there are no wildcards",
		"api.example:":             `the port must be a number from 1 to 65535; got ""`,
		"api.example:0":            `the port must be a number from 1 to 65535; got "0"`,
		"api.example:65536":        `got "65536"`,
		"api.example:080":          `got "080"`,
		"api.example:http":         `got "http"`,
		"api.example:80:80":        "must be an IPv6 address such as 2001:db8::1 when it has a colon in it",
		"2001:db8::1:70000":        "must be an IPv6 address",
		"[2001:db8::1]:http":       "an IPv6 address with a port is written as [2001:db8::1]:8080",
		"[2001:db8::1":             "must be an IPv6 address",
		"[192.0.2.1]:80":           "brackets are for IPv6; write 192.0.2.1",
		"api example":              "must be a name of letters, digits, hyphens and underscores, or an address",
		" api.example":             "must be a name of letters",
		"api..example":             "must have from 1 to 63 characters between its dots",
		".":                        "must have from 1 to 63 characters between its dots",
		"api.example/path":         "must be a network such as 10.0.0.0/8 or 2001:db8::/32",
		"10.0.0.0/33":              "must be a network",
		"10.0.0.0/8/8":             "must be a network",
		"10.1.2.3/8": "must have no bits set behind its first 8; write 10.0.0.0/8 for the network, " +
			"or 10.1.2.3 for the address",
		"127.1":          "must be written as 127.0.0.1, if that is meant",
		"2130706433":     "must be written as 127.0.0.1, if that is meant",
		"0x7f.1:80":      "must be written as 127.0.0.1, if that is meant",
		"256.0.0.1":      "must be four numbers from 0 to 255",
		"bücher.example": "must be written as xn--bcher-kva.example",
		"169.254.0.0/16": "is a link-local address, where clouds keep a machine's credentials, which " +
			"is called only where its exact address is allowed; write that, such as 169.254.0.0",
		"169.254.169.254/32":          "write that, such as 169.254.169.254",
		"fe80::/64":                   "is a link-local address",
		"fe80::1%eth0":                "must have no zone; write fe80::1, which allows it on any interface",
		"64:ff9b::/96":                "judged by those; write the IPv4 network, such as 10.0.0.0/8",
		"::ffff:10.0.0.0/104":         "judged by those",
		"2002:a00::/24":               "judged by those",
		strings.Repeat("a", 300):      "must have at most 253 characters; got 300",
		"api.example:" + "8\x00" + "": `got "8\x00"`,
	}
	for rule, want := range tests {
		_, err := ParseAllowlist([]string{"api.example", rule})
		if err == nil {
			t.Errorf("%q is accepted", rule)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got  %v\nwant … %s", rule, err, want)
		}
		if !strings.HasPrefix(err.Error(), "target "+quoteShort(rule)) {
			t.Errorf("%q: the error does not start with the rule: %v", rule, err)
		}
	}
}

func TestParseAllowlistEmpty(t *testing.T) {
	for _, rules := range [][]string{nil, {}} {
		if parsed := allowlistOf(t, rules...); parsed.any || len(parsed.rules) != 0 {
			t.Errorf("%v gives %+v, want the zero Allowlist", rules, parsed)
		}
	}
}

// A valid rule does not allow a special address unless it has that address, and
// an error names the rule.
func FuzzParseTargets(f *testing.F) {
	for _, rule := range []string{
		"api.example", "api.example:8080", "localhost:80", "192.0.2.1", "192.0.2.1:80",
		"[2001:db8::1]:80", "2001:db8::1", "10.0.0.0/8", "10.0.0.0/8:80", "2001:db8::/32:80", "[2001:db8::/32]:80",
		"169.254.169.254", "0.0.0.0/0", "::/0", "127.1", "*", "http://x/", "fe80::1%eth0", "１２７.1", "%31",
	} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		parsed, err := ParseAllowlist([]string{rule})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "target ") {
				t.Errorf("%q: %v", rule, err)
			}
			return
		}
		metadata := netip.MustParseAddrPort("169.254.169.254:80")
		listed := len(parsed.rules) == 1 && parsed.rules[0].exact &&
			parsed.rules[0].network.Addr() == metadata.Addr() && parsed.rules[0].hasPort(80)
		if allowed := parsed.Allow(rule, metadata) == nil; allowed != listed {
			t.Errorf("%q allows the metadata service", rule)
		}
		if len(parsed.rules) == 0 {
			t.Errorf("%q gives no rule", rule)
		}
	})
}
