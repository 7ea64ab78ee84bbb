package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A parameter is parsed by its type: a text parameter keeps any text as it is.
func TestParam(t *testing.T) {
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
		{"http", "body", `{"b": 1, "a": 1.0}`, `{"b": 1, "a": 1.0}`},
		{"http", "body", "true", "true"},
		{"http", "poll.interval", "1s", "1s"},
		{"http", "keepalive", "false", false},
		{"http", "body", "{{job}}", "{{job}}"},
		{"exec", "command", "true", "true"},
		{"exec", "command", "[", "["},
		{"exec", "args", "true", true},
		{"exec", "args.level", "3", json.Number("3")},
		{"cpu", "failure.kind", "false", "false"},
		{"sleep", "jitter", "0.5", json.Number("0.5")},
		{"sleep", "nothing", "0.5", json.Number("0.5")},
		{"nothing", "n", "true", true},
	}
	for _, test := range tests {
		object := map[string]any{"kind": test.kind}
		if _, err := setParam(object, test.key, test.text); err != nil {
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
}

// The text parameters of all kinds keep any text as it is.
func TestTextParameters(t *testing.T) {
	var check func(kind, prefix string, parameters []param.Parameter) (texts int)
	check = func(kind, prefix string, parameters []param.Parameter) (texts int) {
		for _, p := range parameters {
			key := prefix + p.Name
			texts += check(kind, key+".", p.Members)
			switch p.Type {
			case param.StringMap, param.FieldList:
				key += ".x"
			case param.Text, param.Duration:
			default:
				continue
			}
			texts++
			for _, text := range []string{"true", "false", "null", "1", "-0.5", "1e3", `["a"]`, `{"a": 1}`, `"a"`, ""} {
				if got := parseParam(declaredType(kind, key), text); got != text {
					t.Errorf("%s.%s=%s is read as %#v", kind, key, text, got)
				}
			}
		}
		return texts
	}
	all := append(everyKind.Kinds(), aurea.Kind{Name: "exec", Parameters: everyKind.Parameters("exec")})
	total := 0
	for _, kind := range all {
		total += check(kind.Name, "", kind.Parameters)
	}
	if total < 30 {
		t.Errorf("checked %d text parameters, want at least 30", total)
	}
}

// The text fields of a spec keep any text as it is.
func TestTextFlags(t *testing.T) {
	for _, name := range []string{"123", "true", "[a]"} {
		code, stdout, stderr := runCommand(t, "", "run", "--jobs", "1", "--workload", "noop",
			"--name", name, "-o", "json")
		checkExit(t, "--name "+name, code, exitOK, stderr)
		checkContains(t, "the result", strings.ReplaceAll(stdout, `"name": `, `"name":`), `"name":"`+name+`"`)
	}
}

// A URL is short for the workload that calls it. The report has the phases and
// counters of its jobs.
func TestRunURL(t *testing.T) {
	// The first two requests wait for each other, so they need two connections.
	var requests atomic.Int64
	bothSent := make(chan struct{})
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 2 {
			close(bothSent)
		}
		<-bothSent
		if r.Header.Get("X-Build") != "0123" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer service.Close()
	code, stdout, stderr := runCommand(t, "", "run", service.URL, "--jobs", "10", "--concurrency", "2",
		"--param", "headers.X-Build=0123")
	checkExit(t, "aurea run", code, exitOK, stderr)
	checkContains(t, "the report", stdout, "10 ok of 10\n", "\nfirst_byte ", "; connections 2,")
	_, stdout, _ = runCommand(t, "", "run", service.URL, "--jobs", "10")
	checkContains(t, "the report of failures", stdout, " 10 × status_418: the answer's status is 418\n")
}

// The content type of a JSON body is added to headers in either notation.
func TestContentTypeOfABody(t *testing.T) {
	for name, test := range map[string]struct{ headers, want any }{
		"none":            {nil, map[string]any{"Content-Type": "x"}},
		"an object":       {map[string]any{"A": "b"}, map[string]any{"A": "b", "Content-Type": "x"}},
		"an object's own": {map[string]any{"content-type": "y"}, map[string]any{"content-type": "y"}},
		"a list":          {[]any{"B: c", "A: b"}, []any{"B: c", "A: b", "Content-Type: x"}},
		"a list's own":    {[]any{"CONTENT-TYPE:y"}, []any{"CONTENT-TYPE:y"}},
		"a mistake":       {"A: b", "A: b"},
	} {
		object := map[string]any{}
		if test.headers != nil {
			object["headers"] = test.headers
		}
		setContentType(object, "x")
		if diff := cmp.Diff(test.want, object["headers"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
