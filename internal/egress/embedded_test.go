package egress

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestEmbeddedIPv4(t *testing.T) {
	tests := map[string]string{
		"192.0.2.1":                            "[]",
		"2001:db8::1":                          "[]",
		"::":                                   "[]",
		"::1":                                  "[]",
		"::2":                                  "[0.0.0.2]",
		"::192.0.2.1":                          "[192.0.2.1]",
		"::ffff:192.0.2.1":                     "[192.0.2.1]",
		"::ffff:0:192.0.2.1":                   "[192.0.2.1]",
		"64:ff9b::192.0.2.33":                  "[192.0.2.33]", // RFC 6052, 2.4; the next ones have other prefixes
		"64:ff9b:1:c000:2:2100::":              "[192.0.2.33 2.33.0.0]",
		"64:ff9b:1:c0:0:221::":                 "[192.0.2.33]",
		"64:ff9b:1:0:c0:2:2100:0":              "[192.0.2.33 33.0.0.0]",
		"64:ff9b:1::192.0.2.33":                "[192.0.2.33]",
		"64:ff9b:1::":                          "[0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0]",
		"64:ff9b:2::192.0.2.33":                "[]",
		"2002:c000:221::1":                     "[192.0.2.33]",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2": "[65.54.227.120 192.0.2.45]", // the example of RFC 4380
		"2001:1::1":                            "[]",
	}
	for address, want := range tests {
		if got := fmt.Sprint(embeddedIPv4(netip.MustParseAddr(address))); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
