package main

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

func TestGrafanaURL(t *testing.T) {
	for flag, want := range map[string]string{
		"":                               "",
		"http://127.0.0.1:3000":          "http://127.0.0.1:3000",
		"https://example.com/grafana/":   "https://example.com/grafana",
		"http://[::1]:3000//":            "http://[::1]:3000",
		"grafana:3000":                   "error",
		"javascript:alert(1)":            "error",
		"http:///d":                      "error",
		"ftp://example.com":              "error",
		"http://example.com/?orgId=1":    "error",
		"http://example.com/#/dashboard": "error",
	} {
		got, err := parseGrafanaURL(flag)
		if err != nil {
			got = "error"
			if !strings.Contains(err.Error(), flag) {
				t.Errorf("%q: the error is %q", flag, err)
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q", flag, got, want)
		}
	}
}

// The page gets the URL of --grafana from /health.
func TestServeReportsGrafana(t *testing.T) {
	url, _ := aureatest.Serve(t, "--grafana", "http://127.0.0.1:3000/")
	if health := get(t, url+"/health"); !strings.Contains(health, `"grafana":"http://127.0.0.1:3000"`) {
		t.Errorf("/health is %s", health)
	}
	code, _, stderr := runCommand(t, "", "serve", "--grafana", "nonsense")
	if code != exitUsage || !strings.Contains(stderr, `--grafana must be a URL`) {
		t.Errorf("exit %d, %q", code, stderr)
	}
}
