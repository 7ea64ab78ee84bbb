package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The host names that the service accepts, set by flags and by the environment:
// those of the image and of compose.yaml, and those of a service with tokens.
func TestAllowedHosts(t *testing.T) {
	tokens := writeTestFile(t, "tokens", "a-token-of-enough-letters\n")
	tests := []struct {
		environment string
		args        []string
		right       []string
		wrong       []string
	}{
		{"", []string{"--insecure"}, []string{"127.0.0.1:5000", "localhost:5000", "192.0.2.7"}, []string{"evil.example", "aurea:5000"}},
		{"aurea", []string{"--insecure"}, []string{"aurea:5000", "localhost:5000"}, []string{"evil.example"}},
		{"", []string{"--insecure", "--allow-host", "a.example,b.example", "--allow-host", "c.example"}, []string{"a.example", "b.example:80", "c.example"}, []string{"d.example"}},
		{"", nil, []string{"localhost:5000"}, []string{"evil.example", "192.0.2.7"}},
		{"", []string{"--token-file", tokens}, []string{"bench.example"}, nil},
		{"", []string{"--token-file", tokens, "--allow-host", "bench.example"}, []string{"bench.example", "192.0.2.7"}, []string{"evil.example"}},
	}
	for _, test := range tests {
		t.Run(test.environment+strings.Join(test.args, " "), func(t *testing.T) {
			t.Setenv("AUREA_ALLOW_HOST", test.environment)
			url, _ := aureatest.Serve(t, test.args...)
			for _, host := range test.right {
				if status := statusAt(t, url, host); status != http.StatusOK {
					t.Errorf("%s: %d, want 200", host, status)
				}
			}
			for _, host := range test.wrong {
				if status := statusAt(t, url, host); status != http.StatusForbidden {
					t.Errorf("%s: %d, want 403", host, status)
				}
			}
		})
	}
}

// statusAt returns the status of a request with the given Host header.
func statusAt(t *testing.T, url, host string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
