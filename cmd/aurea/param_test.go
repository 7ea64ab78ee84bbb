package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A parameter's text is read as what its kind wants there: a text stays one,
// whatever it looks like.
func TestParam(t *testing.T) {
	body := file(t, "body.json", `{"n": 18446744073709551615}`)
	tests := []struct {
		kind, key, text string
		want            any
	}{
		{"http", "url", "12", "12"},
		{"http", "headers.X-Build", "0123", "0123"},
		{"http", "expect.contains", `["a"]`, `["a"]`},
		{"http", "expect.status", "201", json.Number("201")},
		{"http", "expect.status", "[200, 201]", []any{json.Number("200"), json.Number("201")}},
		{"http", "body", "plain", "plain"},
		{"http", "body", "@" + body, map[string]any{"n": json.Number("18446744073709551615")}},
		{"http", "poll.interval", "1s", "1s"},
		{"http", "keepalive", "false", false},
		{"http", "body", "{{job}}", "{{job}}"},
		{"sleep", "jitter", "0.5", json.Number("0.5")},
		{"sleep", "nothing", "0.5", json.Number("0.5")},
		{"nothing", "n", "true", true},
	}
	for _, test := range tests {
		object := map[string]any{"kind": test.kind}
		if err := setParam(object, test.key, test.text); err != nil {
			t.Fatal(err)
		}
		var got any = object
		for part := range strings.SplitSeq(test.key, ".") {
			got = got.(map[string]any)[part]
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s.%s=%s: %s", test.kind, test.key, test.text, diff)
		}
	}
	if err := setParam(map[string]any{}, "body", "@/nowhere"); err == nil || !strings.Contains(err.Error(), "--param body: open /nowhere") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A URL stands for the workload that calls it; the report says what its jobs
// told.
func TestRunURL(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Build") != "0123" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer service.Close()
	code, stdout, stderr := command(t, "", "run", service.URL, "--jobs", "10", "--concurrency", "2", "--param", "headers.X-Build=0123")
	for _, want := range []string{"10 planned: 10 ok", "\n  first_byte  ", "\nconnections  2  "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the report has no %q:\n%s%s", want, stdout, stderr)
		}
	}
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	_, stdout, _ = command(t, "", "run", service.URL, "--jobs", "10")
	if !strings.Contains(stdout, "\nstatus  10    the answer's status is 418\n") {
		t.Errorf("the report does not say why jobs failed:\n%s", stdout)
	}
}
