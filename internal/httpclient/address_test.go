package httpclient

import (
	"net/url"
	"strings"
	"testing"
)

// Any spelling of a URL gives the same target, Host and path.
func TestParseURL(t *testing.T) {
	c := client(t, Options{})
	for text, want := range map[string]struct{ key, line, host string }{
		"http://api.example":              {"http://api.example:80", "GET / HTTP/1.1", "api.example"},
		"HTTP://API.Example/A":            {"http://api.example:80", "GET /A HTTP/1.1", "API.Example"},
		"hTTpS://api.example":             {"https://api.example:443", "GET / HTTP/1.1", "api.example"},
		"http://127.0.0.1:/":              {"http://127.0.0.1:80", "GET / HTTP/1.1", "127.0.0.1"},
		"https://127.0.0.1:":              {"https://127.0.0.1:443", "GET / HTTP/1.1", "127.0.0.1"},
		"http://[::1]:/x":                 {"http://[::1]:80", "GET /x HTTP/1.1", "[::1]"},
		"http://api.example:80":           {"http://api.example:80", "GET / HTTP/1.1", "api.example:80"},
		"http://api.example.:8080?q=1":    {"http://api.example.:8080", "GET /?q=1 HTTP/1.1", "api.example.:8080"},
		"http://[FE80::1%25Eth0.1]:8080/": {"http://[fe80::1%Eth0.1]:8080", "GET / HTTP/1.1", "[FE80::1]:8080"},
		"http://api.example/a#part?q":     {"http://api.example:80", "GET /a HTTP/1.1", "api.example"},
		"http://api.example/a b?c d#e f":  {"http://api.example:80", "GET /a%20b?c%20d HTTP/1.1", "api.example"},
		"http://[::ffff:192.0.2.1]:8080/": {"http://[::ffff:192.0.2.1]:8080", "GET / HTTP/1.1",
			"[::ffff:192.0.2.1]:8080"},
		"http://api.example:8080#only-part": {"http://api.example:8080", "GET / HTTP/1.1", "api.example:8080"},
	} {
		r, err := c.NewRequest("GET", text, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if r.target.key != want.key {
			t.Errorf("%s has the target %s, want %s", text, r.target.key, want.key)
		}
		lines := strings.Split(string(r.wire), "\r\n")
		if lines[0] != want.line || lines[1] != "Host: "+want.host {
			t.Errorf("%s: sends %q, want %q and Host %s", text, lines[:2], want.line, want.host)
		}
	}
}

// The zone of an address keeps its case.
func TestZoneKeepsItsCase(t *testing.T) {
	_, target, err := parseURL("http://[FE80::1%25Eth0]/")
	if err != nil || target.ip.Zone() != "Eth0" {
		t.Errorf("zone %q, error %v", target.ip.Zone(), err)
	}
}

func TestInvalidURLs(t *testing.T) {
	for _, text := range []string{
		"ftp://api.example", "//api.example", "api.example:80", "http:api.example", "http://", "http://:80", "http://:",
		"http://u@api.example", "http://u:p@api.example",
		"http://@api.example", "http://api.example:0", "http://api.example:65536", "http://api.example:http",
		"http://[::1", "http://::1/", "http://a\\b", "http://b\u00fccher.example",
	} {
		if _, target, err := parseURL(text); err == nil {
			t.Errorf("%s is accepted with the target %s", text, target.key)
		}
	}
}

// The error of a URL with a user repeats nothing of it, also where the URL cannot be
// parsed: a password may have any character.
func TestInvalidURLKeepsPassword(t *testing.T) {
	for _, text := range []string{
		"http://me:s3cr3t@api.example", "http://me:s3cr3t/x@api.example", "http://me:s3cr3t%@api.example",
		"http://me:s3cr3t\"@api.example/", "http://s3cr3t@[api.example",
	} {
		_, _, err := parseURL(text)
		if err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v, want an error without the password", text, err)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"http://api.example", "HTTP://API.EXAMPLE:80/x", true},
		{"http://api.example:", "http://api.example", true},
		{"https://api.example", "https://api.example:443", true},
		{"http://api.example", "https://api.example", false},
		{"http://api.example", "http://api.example:81", false},
		{"http://api.example", "http://api.example.", false},
		{"http://api.example", "http://other.example", false},
	} {
		a, _ := url.Parse(test.a)
		b, _ := url.Parse(test.b)
		if got := SameOrigin(a, b); got != test.want {
			t.Errorf("%s and %s: %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

// A percent sign in a host starts a zone, or is an error.
func TestPercentInHost(t *testing.T) {
	for _, text := range []string{"http://a%25b/", "http://127.0.0.1%25lo/", "http://%2531%252e2:80/"} {
		_, err := client(t, Options{}).NewRequest("GET", text, nil, nil)
		if err == nil || !strings.Contains(err.Error(), "is no host") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}
