package server

import (
	"strings"
	"testing"
)

// A service that listens beyond this machine without tokens accepts addresses,
// localhost and the operator's names. Any other name may belong to a web page
// and resolve to this machine.
func TestRebinding(t *testing.T) {
	tests := map[string]bool{
		"localhost:5000": true, "127.0.0.1:5000": true, "[::1]:5000": true, "localhost": true,
		"192.0.2.7:5000": true, "[2001:db8::7]:5000": true, "10.0.0.7": true, "0.0.0.0:5000": true, "": true,
		"aurea": true, "aurea:5000": true, "AUREA:5000": true, "aurea.:80": true, "bench.example:8443": true,
		"evil.example": false, "evil.example:5000": false, "aurea.evil.example": false, "evil-aurea": false,
		"bench.example": false, "bench.example:80": false, "127.0.0.1.evil.example:5000": false,
		"127.1:5000": false, "2130706433": false, "0x7f000001": false, "127.0.0.1:5000.evil.example": false,
		"localhost:5000:5000": false, "evil.example.": false, "[evil.example]:5000": false, "user@localhost": false,
		"evil.example#localhost": false, "localhost.evil.example": false, "evillocalhost": false,
		"aurea,localhost": false,
	}
	names, err := ParseHosts([]string{"Aurea", "bench.example:8443"})
	if err != nil {
		t.Fatal(err)
	}
	for host, allowed := range tests {
		for _, request := range []string{
			"GET /", "GET /health", "GET /metrics", "GET /v1/runs", "POST /benchmark/run",
			"POST /v1/runs",
		} {
			started := 0
			s := New(newOptions(countingFake(&started),
				func(o *Options) { o.Hosts = Hosts{Addresses: true, Names: names} }))
			method, path, _ := strings.Cut(request, " ")
			if allowed && strings.Contains(path, "/v1/") {
				continue // the fake does not implement it
			}
			got := ask(t, s, method, path, oneJob, "Host: "+host, "Origin: http://"+host)
			if allowed && got.status != 200 {
				t.Errorf("%s at %q: %d %s", request, host, got.status, got.body)
			}
			if !allowed && got.status != 403 {
				t.Errorf("%s at %q: %d, want 403", request, host, got.status)
			}
			if started != 0 && !allowed {
				t.Errorf("%s at %q started a run", request, host)
			}
		}
	}
}

// A page of another origin starts no runs, not even at an accepted name.
func TestNamedHostWithForeignOrigin(t *testing.T) {
	for _, origin := range []string{"http://evil.example", "http://aurea:3000", "http://localhost:5000", "null"} {
		started := 0
		s := New(newOptions(countingFake(&started),
			func(o *Options) { o.Hosts = Hosts{Addresses: true, Names: []string{"aurea"}} }))
		ask(t, s, "POST", "/benchmark/run", oneJob, "Host: aurea:5000", "Origin: "+origin).problem(t, 403)
		if started != 0 {
			t.Errorf("%s started a run", origin)
		}
	}
}

func TestParseHosts(t *testing.T) {
	for _, name := range []string{"http://aurea", "aurea/", "*", "", "a b", "aurea:port", "-x", "user@aurea"} {
		parsed, err := ParseHosts([]string{name})
		if err == nil || !strings.Contains(err.Error(), "must be a host name such as aurea.example") {
			t.Errorf("%q is read as %q (%v)", name, parsed, err)
		}
	}
}
