package egress

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
)

// checkText parses a URL and checks it.
func checkText(allowed Allowlist, text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return err
	}
	return allowed.CheckURL(u)
}

func TestCheckURL(t *testing.T) {
	fine := []string{
		"http://127.0.0.1/", "https://127.0.0.1:8443/a?b=c#d", "http://localhost:8080", "HTTP://LOCALHOST/",
		"hTTpS://127.0.0.1:/", "http://[::1]:/", "http://localhost.:8080/", "http://[::1]:8080/",
		"http://[::ffff:127.0.0.1]/",
		"http://api/", "http://api.example", "http://api.example.:8080/", "http://under_score.example/",
		"http://a-b.c/", "http://xn--bcher-kva.example/", "http://1a.example/", "http://0xg/", "http://1.2.3.4a/",
	}
	for _, text := range fine {
		for _, allowed := range []Allowlist{{}, AllowAll()} {
			if err := checkText(allowed, text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// Errors in the form of a URL do not depend on the rules.
func TestCheckURLErrors(t *testing.T) {
	tests := []struct {
		url  url.URL
		want string
	}{
		{url.URL{Scheme: "ftp", Host: "api.example"}, `must begin with http:// or https://; got the scheme "ftp"`},
		{url.URL{Scheme: "unix", Path: "/run/x.sock"}, `must begin with http:// or https://; got the scheme "unix"`},
		{url.URL{Host: "api.example"}, `must begin with http:// or https://; got the scheme ""`},
		{url.URL{Scheme: "http", Host: "api.example", User: url.User("me")},
			"must have no user name or password in it, since URLs are shown and kept; send an Authorization header"},
		{url.URL{Scheme: "http", Host: "api.example", User: url.UserPassword("", "")},
			"must have no user name or password"},
		{url.URL{Scheme: "http"}, "must have a host behind http://, such as http://127.0.0.1:8080/"},
		{url.URL{Scheme: "https", Opaque: "api.example"}, "must have a host behind https://"},
		{url.URL{Scheme: "http", Host: "api.example", Opaque: "//x"}, "must have a host behind http://"},
		{url.URL{Scheme: "http", Host: ":80"}, "the host must not be empty"},
		{url.URL{Scheme: "http", Host: "[]:80"}, "must have brackets around its host if that is an IPv6 address"},
		{url.URL{Scheme: "http", Host: "api.example:0"}, `the port must be a number from 1 to 65535; got "0"`},
		{url.URL{Scheme: "http", Host: "api.example:65536"}, `got "65536"`},
		{url.URL{Scheme: "http", Host: "api.example:+80"}, `got "+80"`},
		{url.URL{Scheme: "http", Host: "::1"},
			"must have brackets around its host if that is an IPv6 address, and only then"},
		{url.URL{Scheme: "http", Host: "[127.0.0.1]"},
			"must have brackets around its host if that is an IPv6 address, and only then"},
		{url.URL{Scheme: "http", Host: "[::1]x"}, "must have brackets"},
		{url.URL{Scheme: "http", Host: "[::g]"},
			"the host must be an IPv6 address such as 2001:db8::1 when it has a colon in it"},
		{url.URL{Scheme: "http", Host: "127.1"},
			`the host must be written as 127.0.0.1, if that is meant; programs differ in what they read in "127.1"`},
		{url.URL{Scheme: "http", Host: "1.2.3.4.5"},
			`the host must be four numbers from 0 to 255, such as 192.0.2.1, when it ends in a number; got "1.2.3.4.5"`},
		{url.URL{Scheme: "http", Host: "api.example@127.0.0.1"}, "the host must be four numbers"},
		{url.URL{Scheme: "http", Host: "api.example\\127.0.0.2"}, "the host"},
		{url.URL{Scheme: "http", Host: "api.example#x"}, "must be a name of letters"},
		{url.URL{Scheme: "http", Host: "api.example\r\nx"}, "must be a name of letters"},
		{url.URL{Scheme: "http", Host: "bücher.example"},
			`the host must be written as xn--bcher-kva.example; got "bücher.example"`},
		{url.URL{Scheme: "http", Host: "api%2eexample"},
			`the host must be written as api.example; got "api%2eexample"`},
		{url.URL{Scheme: "http", Host: strings.Repeat("a.", 127)},
			"the host must have at most 253 characters; got 254"},
		{url.URL{Scheme: "http", Host: strings.Repeat("a", 64)},
			"the host must have from 1 to 63 characters between its dots"},
	}
	for _, test := range tests {
		for _, allowed := range []Allowlist{{}, AllowAll()} {
			if err := allowed.CheckURL(&test.url); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v: got  %v\nwant … %s", test.url, err, test.want)
			}
		}
	}
	if err := (Allowlist{}).CheckURL(nil); err == nil {
		t.Error("no URL is accepted")
	}
}

// Without a port, the port of the scheme is checked.
func TestCheckURLPorts(t *testing.T) {
	tests := []struct {
		rule, url string
		allowed   bool
	}{
		{"192.0.2.1:80", "http://192.0.2.1/", true},
		{"192.0.2.1:80", "https://192.0.2.1/", false},
		{"192.0.2.1:443", "https://192.0.2.1/", true},
		{"192.0.2.1:443", "http://192.0.2.1/", false},
		{"192.0.2.1:8080", "http://192.0.2.1:8080/", true},
		{"192.0.2.1:8080", "http://192.0.2.1:8081/", false},
		{"fe80::1", "http://[fe80::1%25eth0]/", true},
		{"fe80::1", "http://[fe80::1]/", true},
		{"fe80::1", "http://[fe80::1%25e%2Fth]/", false},
		{"169.254.169.254", "http://169.254.169.254/latest", true},
		{"169.254.169.254", "http://0xa9fea9fe/latest", false},
		{"169.254.169.254", "http://[::ffff:169.254.169.254]/latest", true},
		{"169.254.169.254", "http://[::ffff:169.254.169.254%25eth0]/latest", false},
	}
	for _, test := range tests {
		if err := checkText(allowlistOf(t, test.rule), test.url); (err == nil) != test.allowed {
			t.Errorf("with %s, %s: %v", test.rule, test.url, err)
		}
	}
}

// A URL that passes is an http or https URL without credentials, with one host
// that all programs read alike.
func FuzzCheckURL(f *testing.F) {
	for _, s := range egresstest.Forbidden() {
		f.Add("http://" + s + "/")
	}
	for _, s := range egresstest.Loopback() {
		f.Add("https://" + s + ":8443/a?b#c")
	}
	for _, text := range []string{
		"http://api.example/", "http://me:secret@api.example/", "http://api.example:/",
		"http:opaque", "//api.example/", "http://[fe80::1%25eth0]/", "http://a\\b/", "http://a%00b/", "http:///x",
		"http://a@b@c/",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil || (Allowlist{}).CheckURL(u) != nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q passes with the scheme %q", text, u.Scheme)
		}
		if u.User != nil || u.Hostname() == "" {
			t.Fatalf("%q passes with credentials or without a host: %+v", text, u)
		}
		parsed, err := url.Parse(u.String())
		if err != nil {
			t.Fatalf("%q passes, but %q does not parse: %v", text, u, err)
		}
		if parsed.Host != u.Host || parsed.User != nil {
			t.Fatalf("%q passes, but parses again as %+v", text, parsed)
		}
		if err := (Allowlist{}).CheckURL(parsed); err != nil {
			t.Fatalf("%q passes, but not when parsed again: %v", text, err)
		}
		address, err := netip.ParseAddr(u.Hostname())
		if err == nil && !address.Unmap().IsLoopback() {
			t.Fatalf("%q passes", text)
		}
		if loose, ok := parseLooseIPv4(u.Hostname()); err != nil && ok {
			t.Fatalf("%q passes as a name, and may be read as %s", text, loose)
		}
	})
}
