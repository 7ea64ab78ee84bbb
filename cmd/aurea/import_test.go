package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/importer"
	"github.com/aurea-orchestrator/aurea/internal/template"
)

// browserHAR is what a browser exports, with $URL and $HOST for the server.
const browserHAR = `{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": [
  {"startedDateTime": "2026-11-29T10:00:00.000Z", "time": 12, "response": {"status": 200},
   "request": {"method": "GET", "url": "$URL/cart?id=7&q=a%20b#top", "httpVersion": "http/2.0", "headersSize": -1,
    "headers": [{"name": ":authority", "value": "$HOST"}, {"name": "accept", "value": "text/html"},
     {"name": "Host", "value": "$HOST"}, {"name": "cookie", "value": "sid=abc"}, {"name": "x-a", "value": "1"},
     {"name": "x-a", "value": "2"}, {"name": "Connection", "value": "keep-alive"}],
    "cookies": [{"name": "sid", "value": "abc"}], "queryString": [{"name": "id", "value": "7"}]}},
  {"request": {"method": "GET", "url": "data:image/png;base64,AAAA", "headers": []}},
  {"request": {"method": "POST", "url": "$URL/api", "headers": [{"name": "Content-Type", "value": "application/json"},
    {"name": "Content-Length", "value": "18"}],
   "postData": {"mimeType": "application/json", "text": "{\"n\": \"{{job}} ü\"}"}}},
  {"request": {"method": "POST", "url": "$URL/login", "headers": [
    {"name": "content-type", "value": "application/x-www-form-urlencoded"}],
   "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "user", "value": "me"},
    {"name": "pass", "value": "a%26b"}]}}},
  {"request": {"method": "POST", "url": "$URL/upload", "headers": [
    {"name": "content-type", "value": "multipart/form-data; boundary=x"}],
   "postData": {"mimeType": "multipart/form-data", "params": [{"name": "a", "value": "b"},
    {"name": "f", "fileName": "c.txt", "contentType": "text/plain", "value": "content"}]}}}
]}}`

// A spec that is imported from a HAR sends its requests in their order.
func TestImportHAR(t *testing.T) {
	url, requests := recordEverything(t)
	host := strings.TrimPrefix(url, "http://")
	t.Chdir(t.TempDir())
	spec := importSpec(t, "har", strings.NewReplacer("$URL", url, "$HOST", host).Replace(browserHAR))
	runImported(t, spec, 1)
	want := []recording{
		{"GET", "/cart?id=7&q=a%20b", host,
			[]string{"Accept: text/html", "Connection: keep-alive", "Cookie: sid=abc", "X-A: 1", "X-A: 2"}, "", nil},
		{"POST", "/api", host, []string{"Content-Type: application/json"}, `{"n": "{{job}} ü"}`, nil},
		{"POST", "/login", host,
			[]string{"Content-Type: application/x-www-form-urlencoded"}, "user=me&pass=a%26b", nil},
		{"POST", "/upload", host, []string{"Content-Type: multipart/form-data"}, "", []string{
			`form-data; name="a"||b`, `form-data; name="f"; filename="c.txt"|text/plain|content`,
		}},
	}
	if diff := cmp.Diff(want, received(requests)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// --match chooses the requests of a HAR.
func TestImportHARMatch(t *testing.T) {
	url, requests := recordEverything(t)
	t.Chdir(t.TempDir())
	spec := importSpec(t, "har", strings.ReplaceAll(browserHAR, "$URL", url), "--match", "/(api|login)$")
	runImported(t, spec, 1)
	var paths []string
	for _, r := range received(requests) {
		paths = append(paths, r.URI)
	}
	if want := []string{"/api", "/login"}; !slices.Equal(paths, want) {
		t.Errorf("requested %q, want %q", paths, want)
	}
}

// A spec that is imported from targets of vegeta sends each of them, by its share.
func TestImportVegeta(t *testing.T) {
	url, requests := recordEverything(t)
	t.Chdir(writeFiles(t, map[string]string{"body": "\xff{{job}}"}))
	const targets = "GET $URL/a\nX-A: 1\nx-a: 2\n\nPOST $URL/b?c=d\nContent-Type: x/y\n@body\n"
	target := strings.ReplaceAll(targets, "$URL", url)
	spec := importSpec(t, "vegeta", target+"\n"+target)
	runImported(t, spec, 8)
	host := strings.TrimPrefix(url, "http://")
	want := []recording{
		{"GET", "/a", host, []string{"X-A: 1", "X-A: 2"}, "", nil},
		{"POST", "/b?c=d", host, []string{"Content-Type: x/y"}, "\xff{{job}}", nil},
	}
	got := received(requests)
	slices.SortFunc(got, func(a, b recording) int { return strings.Compare(a.URI, b.URI) })
	got = slices.CompactFunc(got, func(a, b recording) bool { return cmp.Equal(a, b) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds of request (-want +got):\n%s", diff)
	}
}

// runImported runs jobs of a spec, one after the other.
func runImported(t *testing.T, spec string, jobs int) {
	t.Helper()
	code, _, stderr := runCommand(t, "",
		"run", "--quiet", "--jobs", fmt.Sprint(jobs), "--concurrency", "1", "--seed", "1", spec)
	if code != exitOK {
		t.Fatalf("exit %d, %s", code, stderr)
	}
}

// Errors name the input with its line and column.
func TestImportErrors(t *testing.T) {
	for _, test := range []struct{ format, text, want string }{
		{"curl", "curl http://h/\ncurl -Z h", "standard input:2:6: -Z is no flag that can be imported"},
		{"curl", "", "standard input: there is no request in it"},
		{"har", "{\"log\": {\"entries\": [\n  {\"request\": {\"url\": \"http://\"}}]}}",
			`standard input:2:16: log.entries[0].request.url: must be a URL; got "http://"`},
		{"vegeta", "nope", `standard input:1:1: must be a target such as GET http://localhost/; got "nope"`},
		{"curl", "curl " + strings.Repeat("h/ ", 21), "standard input: there are 21 different requests in it, " +
			"and a workload has up to 20; choose some of them"},
	} {
		code, stdout, stderr := runCommand(t, test.text, "import", test.format, "-")
		if code != exitUsage || !strings.HasPrefix(stderr, "aurea: "+test.want) {
			t.Errorf("%q: exit %d, %s\nwant %s", test.text, code, stderr, test.want)
		}
		if stdout != "" {
			t.Errorf("%q: printed %q", test.text, stdout)
		}
	}
}

// Any text in a request is the same once its spec has been read and rendered.
func FuzzImportedText(f *testing.F) {
	for _, text := range []string{
		"", "a", "{{job}}", "{{{{{", "${A}", "$$${A}${", "a: b # c", "\x00\x7f\u0085\ufeff\u2028", "\r\n",
		`\"'`, "😀",
		"no",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\U0010FFFE\U0010FFFF") {
			return
		}
		request := importer.Request{URL: "http://h/", Body: []byte(text)}
		written, err := importer.WriteSpec("x", importer.Session, []importer.Request{request})
		if err != nil {
			t.Fatal(err)
		}
		file, err := parseSpecFile("x.yaml", []byte(written))
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		d := &specDocument{file: file, fields: file.fields, origins: map[string]string{}}
		if err := d.expandVariables(); err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		body := d.fields["workload"].(map[string]any)["body"].(string)
		parsed, err := (&template.Parser{}).Parse(body)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if got := parsed.Render(template.Input{}, nil); got != text {
			t.Errorf("%q is rendered as %q", text, got)
		}
	})
}
