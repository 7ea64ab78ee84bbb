package egress

import (
	"net/netip"
	"net/url"
	"testing"
)

// Through a proxy jobs call only names and addresses that a rule has: nobody
// judges what the proxy makes of a name.
func TestCheckProxiedURL(t *testing.T) {
	for _, test := range []struct {
		rules []string
		url   string
		want  bool
	}{
		{nil, "http://127.0.0.1/", true},
		{nil, "http://localhost/", true},
		{nil, "http://[::1]:8080/", true},
		{nil, "http://api.example/", false},
		{nil, "http://10.0.0.1/", false},
		{[]string{"api.example"}, "http://api.example/", true},
		{[]string{"api.example"}, "https://API.example.:8443/", true},
		{[]string{"api.example:443"}, "https://api.example/", true},
		{[]string{"api.example:443"}, "http://api.example/", false},
		{[]string{"api.example"}, "http://localhost/", false},
		{[]string{"api.example"}, "http://127.0.0.1/", false},
		{[]string{"10.0.0.0/8"}, "http://10.1.2.3/", true},
		{[]string{"10.0.0.0/8"}, "http://api.example/", false},
		{[]string{"0.0.0.0/0"}, "http://169.254.169.254/", false},
		{[]string{"127.0.0.1"}, "http://localhost/", false},
		{[]string{"localhost"}, "http://localhost:5000/", false}, // the service's own listener
		{[]string{"localhost"}, "http://localhost:5001/", true},
	} {
		l, err := ParseAllowlist(test.rules)
		if err != nil {
			t.Fatal(err)
		}
		l = l.Except(netip.MustParseAddrPort("127.0.0.1:5000"))
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.CheckProxiedURL(u); (err == nil) != test.want {
			t.Errorf("%v, %s: %v, allowed: want %v", test.rules, test.url, err, test.want)
		}
	}
	u := &url.URL{Scheme: "http", Host: "anything.example"}
	if err := AllowAll().CheckProxiedURL(u); err != nil {
		t.Errorf("a list without limits: %v", err)
	}
}
