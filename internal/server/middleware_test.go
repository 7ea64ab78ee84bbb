package server

import (
	"context"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

const oneJob = `{"num_jobs": 1}`

// countingFake returns a fake that counts the runs that reach it.
func countingFake(n *int) fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		*n++
		return finished(spec), nil
	}}
}

// A service without tokens accepts only names of this machine as Host: another
// name that resolves to it may be an attacker's.
func TestHosts(t *testing.T) {
	tests := map[string]bool{
		"localhost": true, "localhost:5000": true, "LocalHost:5000": true, "localhost.": true,
		"bench.localhost:5000": true,
		"127.0.0.1":            true, "127.0.0.1:80": true, "127.8.9.10": true,
		"[::1]": true, "[::1]:5000": true,
		"": false, "example.com": false, "example.com:5000": false, "localhost.example.com": false,
		"127.0.0.1.example.com:5000": false,
		"0.0.0.0:5000":               false, "192.168.1.7:5000": false, "[::]:5000": false, "[fe80::1]": false, "aurea": false,
		"localhost:5000:5000": false,
	}
	for host, allowed := range tests {
		for _, path := range []string{"/", "/health", "/metrics", "/openapi.json", "/benchmark/run"} {
			started := 0
			method := "GET"
			if path == "/benchmark/run" {
				method = "POST"
			}
			got := ask(t, New(newOptions(countingFake(&started))), method, path, oneJob, "Host: "+host)
			if allowed != (got.status != 403) {
				t.Errorf("%s at %q: %d", path, host, got.status)
			}
			if !allowed {
				got.problem(t, 403)
				if started != 0 {
					t.Errorf("%q started a run", host)
				}
			}
		}
		got := ask(t, New(newOptions(finishingFake(), func(o *Options) { o.Hosts.Any = true })), "GET", "/health", "",
			"Host: "+host)
		if got.status != 200 {
			t.Errorf("any host is accepted, but %q gets %d", host, got.status)
		}
	}
}

// A page of another origin can neither read nor start anything through a user's
// browser.
func TestCrossOrigin(t *testing.T) {
	tests := []struct {
		headers []string
		status  int
	}{
		{nil, 200}, // not a browser
		{[]string{"Sec-Fetch-Site: same-origin"}, 200},
		{[]string{"Sec-Fetch-Site: none"}, 200}, // typed by the user
		{[]string{"Sec-Fetch-Site: cross-site"}, 403},
		{[]string{"Sec-Fetch-Site: same-site"}, 403},
		{[]string{"Origin: http://localhost:5000"}, 200},
		{[]string{"Origin: http://localhost:5001"}, 403},
		{[]string{"Origin: https://example.com"}, 403},
		{[]string{"Origin: null"}, 403},
		{[]string{"Sec-Fetch-Site: cross-site", "Origin: http://localhost:5000"}, 403},
	}
	for _, test := range tests {
		started := 0
		s := New(newOptions(countingFake(&started)))
		got := ask(t, s, "POST", "/benchmark/run", oneJob, test.headers...)
		if got.status != test.status || (started == 1) != (test.status == 200) {
			t.Errorf("%v: %d and %d runs, want %d", test.headers, got.status, started, test.status)
		}
		if test.status == 403 {
			got.problem(t, 403)
		}
		got = ask(t, s, "GET", "/health", "", test.headers...)
		if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v: GET gets %d, to be read by %q", test.headers, got.status,
				got.header.Get("Access-Control-Allow-Origin"))
		}
	}
}

// With tokens configured, each of them gives access to all, and without one
// only the probes and the page are accessible.
func TestTokens(t *testing.T) {
	started := 0
	s := New(newOptions(countingFake(&started),
		func(o *Options) { o.Tokens, o.Hosts.Any = []Token{{Secret: "one"}, {Secret: "second"}}, true }))
	closed := []struct{ method, path string }{
		{"POST", "/benchmark/run"}, {"GET", "/metrics"}, {"GET", "/openapi.json"}, {"GET", "/openapi.yaml"},
		{"GET", "/nothing"}, {"GET", "/health/"}, {"DELETE", "/benchmark/run"},
	}
	refused := []string{"", "Bearer", "Bearer ", "Bearer wrong", "Bearer on", "Bearer onee", "Bearer ONE",
		"Bearer one, second", "Basic one", "one"}
	for _, route := range closed {
		for _, authorization := range refused {
			got := ask(t, s, route.method, route.path, oneJob, "Authorization: "+authorization)
			got.problem(t, 401)
			if challenge := got.header.Get("WWW-Authenticate"); challenge != `Bearer realm="aurea"` {
				t.Errorf("%s with %q gets the challenge %q", route.path, authorization, challenge)
			}
		}
		// the scheme in any case: RFC 9110, 11.1
		for _, authorization := range []string{"Bearer one", "Bearer second", "bearer one"} {
			if got := ask(t, s, route.method, route.path, oneJob, "Authorization: "+authorization); got.status == 401 {
				t.Errorf("%s with %q gets 401", route.path, authorization)
			}
		}
	}
	if started != 3 {
		t.Errorf("%d runs were started, want one for each valid token", started)
	}
	for _, path := range []string{"/", "/health", "/livez", "/readyz"} {
		if got := ask(t, s, "GET", path, ""); got.status != 200 {
			t.Errorf("%s without a token: %d, want 200", path, got.status)
		}
	}
}

// Every response has the security headers.
func TestSecurityHeaders(t *testing.T) {
	s := New(newOptions(finishingFake()))
	for path, status := range map[string]int{"/": 200, "/health": 200, "/nothing": 404} {
		got := ask(t, s, "GET", path, "")
		if got.status != status {
			t.Errorf("%s: status %d, want %d", path, got.status, status)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
		} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: %s is %q, want %q", path, name, value, want)
			}
		}
	}
}
