package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A sentRequest is a request that a service received.
type sentRequest struct{ Method, ContentType, Body string }

// recordRequests starts a service and returns the requests that it receives.
func recordRequests(t *testing.T) (url string, sent <-chan sentRequest) {
	t.Helper()
	requests := make(chan sentRequest, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests <- sentRequest{r.Method, r.Header.Get("Content-Type"), string(body)}
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// invalidUTF8 returns all bytes, followed by what would be template fields in a
// text.
func invalidUTF8() string {
	var all strings.Builder
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	return all.String() + "{{job}}" + "{{"
}

// Bodies are sent byte for byte, by a local run and by a server.
func TestBodiesByteForByte(t *testing.T) {
	const asJSON = "application/json"
	spaced := "{ \"b\" : 1.0,\n\"a\":12345678901234567890123, \"<\": \"\\u00e9\" }\n"
	encoded := base64.StdEncoding.EncodeToString([]byte(invalidUTF8()))
	url, sent := recordRequests(t)
	server, _ := aureatest.Serve(t)
	workload := "num_jobs: 1\nworkload:\n  kind: http\n  url: " + url + "/\n"
	for name, test := range map[string]struct {
		args []string
		want sentRequest
	}{
		"bytes": {[]string{"--param", "body=@" + writeTestFile(t, "b", invalidUTF8())},
			sentRequest{"POST", "", invalidUTF8()}},
		"bytes of the shell": {[]string{"--param", "body=\xff\xfe"}, sentRequest{"POST", "", "\xff\xfe"}},
		"JSON": {[]string{"--param", "body=@" + writeTestFile(t, "b.json", spaced)},
			sentRequest{"POST", asJSON, spaced}},
		"JSON of the shell": {[]string{"--param", `body={"b": 1, "a": 2}`}, sentRequest{"POST", asJSON, `{"b": 1, "a": 2}`}},
		"another type": {[]string{"--param", "body=[1, 2]", "--param", "headers.content-type=text/x"},
			sentRequest{"POST", "text/x", "[1, 2]"}},
		"text": {[]string{"--param", "body=@" + writeTestFile(t, "b.txt", "a: {{job}}\r\n")},
			sentRequest{"POST", "", "a: 0\r\n"}},
		"no bytes":          {[]string{"--param", "body=@" + writeTestFile(t, "empty", "")}, sentRequest{"POST", "", ""}},
		"base64":            {[]string{"--param", "body_base64=" + encoded}, sentRequest{"POST", "", invalidUTF8()}},
		"in place of text":  {[]string{"--param", "body=x", "--param", "body_base64=/w=="}, sentRequest{"POST", "", "\xff"}},
		"in place of bytes": {[]string{"--param", "body_base64=/w==", "--param", "body=x"}, sentRequest{"POST", "", "x"}},
		"binary of YAML": {[]string{writeTestFile(t, "b.yaml", workload+"  body: !!binary |\n    "+encoded+"\n")},
			sentRequest{"POST", "", invalidUTF8()}},
		"text of YAML": {[]string{writeTestFile(t, "t.yaml", workload+"  body: 2026-11-28\n")},
			sentRequest{"POST", "", "2026-11-28"}},
		"values of YAML": {[]string{writeTestFile(t, "v.yaml",
			workload+"  body: {from: 2026-11-28, n: 12345678901234567890123, on: yes, z: 0o17}\n")},
			sentRequest{"POST", asJSON, `{"from":"2026-11-28","n":12345678901234567890123,"on":"yes","z":15}`}},
		"values of JSON": {[]string{writeTestFile(t, "v.json",
			`{"num_jobs": 1, "workload": {"kind": "http", "url": "`+url+`", "body": {"n": 12345678901234567890123, `+
				`"e": "\ud83d\ude00"}}}`)}, sentRequest{"POST", asJSON, `{"e":"😀","n":12345678901234567890123}`}},
		"a file over bytes": {[]string{writeTestFile(t, "o.yaml", workload+"  body: !!binary /w==\n"),
			"--param", "body=@" + writeTestFile(t, "b", "\xfe")}, sentRequest{"POST", "", "\xfe"}},
	} {
		args := append([]string{"run", "--quiet", "--jobs", "1"}, test.args...)
		if !strings.HasSuffix(test.args[0], ".yaml") && !strings.HasSuffix(test.args[0], ".json") {
			args = append(args, url)
		}
		for _, flags := range [][]string{nil, {"--server", server}} {
			if code, _, stderr := runCommand(t, "", append(args, flags...)...); code != exitOK {
				t.Errorf("%s %v: exit %d, %s", name, flags, code, stderr)
				continue
			}
			if diff := cmp.Diff(test.want, <-sent); diff != "" {
				t.Errorf("%s %v (-want +got):\n%s", name, flags, diff)
			}
		}
	}
}

// The value of a parameter may be read from a file or standard input.
func TestParamFiles(t *testing.T) {
	url, sent := recordRequests(t)
	run := []string{"run", "--quiet", "--jobs", "1", "--param", "body=@-"}
	if code, _, stderr := runCommand(t, "\xffpiped", append(run, url)...); code != exitOK {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	if got := <-sent; got.Body != "\xffpiped" {
		t.Errorf("the body is %q, want the bytes of standard input", got.Body)
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxParamFile+1); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ param, want string }{
		{"body=@/nowhere", "aurea: --param body: open /nowhere: no such file or directory"},
		{"body=@" + t.TempDir(), "is a directory"},
		{"body=@" + large, "aurea: --param body: " + large + " is larger than 64 MiB, the most that is read"},
		{"method=@" + writeTestFile(t, "m", "\xff"), "aurea: --param method: must be text in UTF-8"},
		{"tls.ca=\xff", "aurea: --param tls.ca: must be text in UTF-8"},
		{"headers.\xff=x", `aurea: --param must have a key in UTF-8; got "headers.\xff"`},
		{`expect.json=[{"path": "$.a", "path": "$.b"}]`, "aurea: --param expect.json: value[0].path: is given twice"},
		{"body={{name}}", "body_base64 is sent without fields"},
		{"=x", `aurea: --param must be key=value; got "=x"`},
	} {
		code, _, stderr := runCommand(t, "", "run", url, "--jobs", "1", "--param", test.param)
		if code != exitUsage || !strings.Contains(stderr, test.want) {
			t.Errorf("%.80q: exit %d, %q; want %q", test.param, code, stderr, test.want)
		}
	}
	spec := "num_jobs: 1\nworkload: {kind: http, url: \"" + url + "\"}\n"
	want := "aurea: --param body: standard input was read already; it can stand for one thing only"
	if code, _, stderr := runCommand(t, spec, append(run, "-")...); code != exitUsage ||
		!strings.HasPrefix(stderr, want) {
		t.Errorf("spec and body from standard input: exit %d, %q; want %q", code, stderr, want)
	}
	code, _, stderr := runCommand(t, "", "run", "--jobs", "1", "--workload", "noop", "--name", "\xff")
	if code != exitUsage || !strings.HasPrefix(stderr, "aurea: --name must be text in UTF-8") {
		t.Errorf("a name of bytes: exit %d, %q", code, stderr)
	}
}
