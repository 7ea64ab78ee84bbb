package server

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// GET /health has the URL of Grafana if it is configured.
func TestHealthHasGrafana(t *testing.T) {
	s := New(newOptions(finishingFake(), func(o *Options) { o.Grafana = "http://127.0.0.1:3000" }))
	var health struct{ Grafana string }
	if ask(t, s, "GET", "/health", "").into(t, &health); health.Grafana != "http://127.0.0.1:3000" {
		t.Errorf("Grafana is at %q", health.Grafana)
	}
}

// The probes' responses have exactly these members.
func TestProbes(t *testing.T) {
	s := New(newOptions(finishingFake()))
	tests := map[string]map[string]any{
		"/health": {"status": "healthy", "service": "aurea-orchestrator", "version": "1.2.3",
			"store": map[string]any{"kind": "sqlite", "ready": true}},
		"/livez":  {"status": "alive"},
		"/readyz": {"status": "ready"},
	}
	for path, want := range tests {
		got := ask(t, s, "GET", path, "")
		var body map[string]any
		got.into(t, &body)
		if diff := cmp.Diff(want, body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		if kind := got.header.Get("Content-Type"); got.status != 200 || kind != "application/json" {
			t.Errorf("%s: %d as %s, want 200 as JSON", path, got.status, kind)
		}
	}
}

// A service that accepts no runs is alive and healthy, and not ready.
func TestProbesWhileDraining(t *testing.T) {
	s := New(newOptions(fake{ready: fmt.Errorf("%w: shutting down", aurea.ErrUnavailable)}))
	for _, path := range []string{"/health", "/livez"} {
		if got := ask(t, s, "GET", path, ""); got.status != 200 {
			t.Errorf("%s: %d, want 200", path, got.status)
		}
	}
	var health struct {
		Store struct {
			Ready  bool
			Detail string
		}
	}
	if ask(t, s, "GET", "/health", "").into(t, &health); health.Store.Ready ||
		health.Store.Detail != "unavailable: shutting down" {
		t.Errorf("/health has the store %+v", health.Store)
	}
	got := ask(t, s, "GET", "/readyz", "")
	if detail, _ := got.problem(t, 503); detail != "unavailable: shutting down" {
		t.Errorf("/readyz has the detail %q", detail)
	}
	if after, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || after < 1 {
		t.Errorf("Retry-After is %q, want seconds", got.header.Get("Retry-After"))
	}
}
