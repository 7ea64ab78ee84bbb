package server

import (
	"net/http"
	"strings"
	"testing"
)

// A read-only token gets what changes nothing, and is refused everything else
// with an explanation.
func TestReadToken(t *testing.T) {
	started := 0
	s := New(newOptions(countingFake(&started), func(o *Options) {
		o.Hosts.Any = true
		o.Tokens = []Token{{Secret: "looks", ReadOnly: true}, {Secret: "runs"}}
	}))
	for _, request := range []string{"GET /metrics", "GET /openapi.json", "GET /v1/workloads", "GET /v1/workers", "GET /", "GET /health"} {
		method, path, _ := strings.Cut(request, " ")
		if got := ask(t, s, method, path, "", "Authorization: Bearer looks"); got.status != http.StatusOK {
			t.Errorf("%s: %d %s, want 200", request, got.status, got.body)
		}
	}
	for _, r := range routes {
		if r.method == http.MethodGet {
			continue
		}
		path := strings.ReplaceAll(r.path, "{id}", "benchmark-1")
		detail, _ := ask(t, s, r.method, path, oneJob, "Authorization: Bearer looks").problem(t, 403)
		if want := "this token may only read; " + r.method + " needs one that may run"; detail != want {
			t.Errorf("%s %s: %q, want %q", r.method, path, detail, want)
		}
	}
	if started != 0 {
		t.Errorf("a read-only token started %d runs", started)
	}
	got := ask(t, s, "POST", "/benchmark/run", oneJob, "Authorization: Bearer runs")
	if got.status != 200 || started != 1 {
		t.Errorf("a full token gets %d and has started %d runs", got.status, started)
	}
}

// Replaced tokens are no longer accepted.
func TestSetTokens(t *testing.T) {
	s := New(newOptions(finishingFake(), func(o *Options) { o.Tokens = []Token{{Secret: "before"}} }))
	s.SetTokens([]Token{{Secret: "after"}})
	ask(t, s, "GET", "/metrics", "", "Authorization: Bearer before").problem(t, 401)
	if got := ask(t, s, "GET", "/metrics", "", "Authorization: Bearer after"); got.status != 200 {
		t.Errorf("the new token gets %d, want 200", got.status)
	}
}
