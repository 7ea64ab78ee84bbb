package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// logLines are lines of access logs, and the request that each becomes; "" is one
// that is left out.
var logLines = []struct{ name, line, want string }{
	{"combined", `192.0.2.1 - ann [30/Nov/2026:10:00:00 +0000] "GET /a?b=c&d=%20e HTTP/1.1" 200 15 "http://r/" "agent"`,
		"GET /a?b=c&d=%20e"},
	{"common", `192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] "HEAD / HTTP/1.0" 304 -`, "HEAD /"},
	{"IPv6, and HTTP/2", `::1 - - [30/Nov/2026:11:00:01 +0100] "GET /x/ HTTP/2.0" 200 1 "-" "-"`, "GET /x/"},
	{"post", `h - - [30/Nov/2026:10:00:01 +0000] "POST /cart HTTP/1.1" 201 0 "-" "-"`, "POST /cart"},
	{"quotes of nginx", `h - - [30/Nov/2026:10:00:01 +0000] "GET /q?a=\x22b\x22\x5C HTTP/1.1" 200 1 "-" "\x22"`,
		"GET /q?a=%22b%22%5C"},
	{"quotes of Apache", `h - - [30/Nov/2026:10:00:01 +0000] "GET /q?a=\"b\"\\ HTTP/1.1" 200 1 "-" "a \"b\""`,
		"GET /q?a=%22b%22%5C"},
	{"bytes", `h - - [30/Nov/2026:10:00:01 +0000] "GET /\xC3\xBC HTTP/1.1" 200 1`, "GET /%C3%BC"},
	{"braces", `h - - [30/Nov/2026:10:00:01 +0000] "GET /{{job}}/${HOME} HTTP/1.1" 404 1`,
		"GET /%7B%7Bjob%7D%7D/$%7BHOME%7D"},
	{"comma and quotes", `h - - [30/Nov/2026:10:00:01 +0000] "GET /a,b?'c' HTTP/1.1" 200 1`, "GET /a,b?'c'"},
	{"two slashes", `h - - [30/Nov/2026:10:00:01 +0000] "GET //a//b/../c HTTP/1.1" 200 1`, "GET //a//b/../c"},
	{"of a proxy", `h - - [30/Nov/2026:10:00:01 +0000] "GET http://other.test/p?q HTTP/1.1" 200 1`, "GET /p?q"},
	{"spaces", `h - - [30/Nov/2026:10:00:02 +0000] "GET /a b HTTP/1.1" 200 1`, "GET /a%20b"},
	{"without a version", `h - - [30/Nov/2026:10:00:02 +0000] "GET /old" 200 1`, "GET /old"},
	{"before the others", `h - - [30/Nov/2026:09:59:59 +0000] "GET /early HTTP/1.1" 200 1`, "GET /early"},
	{"no request", `h - - [30/Nov/2026:10:00:02 +0000] "\x16\x03\x01" 400 0 "-" "-"`, ""},
	{"closed at once", `h - - [30/Nov/2026:10:00:02 +0000] "-" 408 0 "-" "-"`, ""},
	{"options", `h - - [30/Nov/2026:10:00:02 +0000] "OPTIONS * HTTP/1.1" 200 0`, ""},
	{"tunnel", `h - - [30/Nov/2026:10:00:02 +0000] "CONNECT a.test:443 HTTP/1.1" 200 0`, ""},
	{"a wrong time", `h - - [30/Nom/2026:10:00:02 +0000] "GET / HTTP/1.1" 200 0`, ""},
	{"something else", `starting nginx`, ""},
	{"cut", `h - - [30/Nov/2026:10:00:02 +0000] "GET /`, ""},
	{"a wrong escape of a URL", `h - - [30/Nov/2026:10:00:02 +0000] "GET /%zz HTTP/1.1" 400 0`, ""},
	{"an empty line", ``, ""},
}

// jsonLogLines are lines of logs in JSON.
var jsonLogLines = []struct{ name, line, want string }{
	{"nginx", `{"time_iso8601": "2026-11-30T10:00:00+00:00", "request": "GET /a?b HTTP/1.1", "status": "200"}`,
		"GET /a?b"},
	{"nginx, apart", `{"msec": "1796032800.250", "request_method": "HEAD", "request_uri": "/b", "status": 200}`,
		"HEAD /b"},
	{"Caddy", `{"level":"info","ts":1796032800.5,"request":{"method":"GET","host":"h","uri":"/c"},"status":404}`,
		"GET /c"},
	{"Traefik", `{"StartUTC":"2026-11-30T10:00:00.75Z","RequestMethod":"PUT","RequestPath":"/d","DownstreamStatus":204}`,
		"PUT /d"},
	{"milliseconds", `{"timestamp": 1796032801000, "method": "GET", "path": "/e"}`, "GET /e"},
	{"no time", `{"method": "GET", "path": "/e"}`, ""},
	{"no method", `{"ts": 1, "path": "/e"}`, ""},
	{"no path", `{"ts": 1, "method": "GET"}`, ""},
	{"cut", `{"ts": 1`, ""},
}

// A target records the requests that it gets.
type target struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	bodies   int64
}

func newTarget(t *testing.T) *target {
	s := &target{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.RequestURI)
		s.bodies += max(r.ContentLength, 0)
		if strings.Contains(r.RequestURI, "job") {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// replayed runs a replay and returns what the target has got, in any order.
func (s *target) replayed(t *testing.T, spec string) []string {
	t.Helper()
	s.mu.Lock()
	s.requests = nil
	s.mu.Unlock()
	code, stdout, stderr := runCommand(t, "", "run", spec, "-o", "json", "--no-history", "--include-jobs")
	checkExit(t, "aurea run", code, exitOK, stderr)
	var result aurea.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if result.Counts.Failed > 0 {
		t.Errorf("%d jobs failed: %v", result.Counts.Failed, result.Errors)
	}
	if result.Model != aurea.Open {
		t.Errorf("the model is %s, want open", result.Model)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.requests)
	return slices.Clone(s.requests)
}

// A spec that is imported from an access log sends the requests of its lines, and
// says which lines it leaves out.
func TestImportAccessLog(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []struct{ name, line, want string }
	}{{"text", logLines}, {"json", jsonLogLines}} {
		t.Run(test.name, func(t *testing.T) {
			server := newTarget(t)
			t.Chdir(t.TempDir())
			var log strings.Builder
			var want []string
			var left []int
			for i, one := range test.lines {
				log.WriteString(one.line + "\n")
				switch {
				case one.want != "":
					want = append(want, one.want)
				case one.line != "":
					left = append(left, i+1)
				}
			}
			slices.Sort(want)
			code, stdout, stderr := runCommand(t, log.String(),
				"import", "access-log", "-", "--base-url", server.URL+"/", "--speed", "10x", "--rows", "log.csv")
			checkExit(t, "aurea import", code, exitOK, stderr)
			checkContains(t, "standard error", stderr, fmt.Sprintf("wrote %d requests to log.csv", len(want)),
				fmt.Sprintf("standard input:%d:1: ", left[0]),
				fmt.Sprintf("Left out: %d lines that cannot be sent.", len(left)))
			if err := os.WriteFile("replay.yaml", []byte(stdout), 0o600); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, server.replayed(t, "replay.yaml")); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			server.Close() // no handler writes any more
			if server.bodies != 0 {
				t.Errorf("the requests have %d bytes of bodies", server.bodies)
			}
		})
	}
}

// The rows have the moments of the log: those of one second spread over it, and
// finer ones as they are. A compressed log gives the same.
func TestImportedMoments(t *testing.T) {
	line := func(second, path string) string {
		return fmt.Sprintf("h - - [30/Nov/2026:10:00:%s +0000] \"GET %s HTTP/1.1\" 200 1\n", second, path)
	}
	whole := line("07", "/d") + line("05", "/a") + line("05", "/b") + line("05", "/c,\"") + line("07", "/e")
	fine := `{"ts": 10.5, "method": "GET", "path": "/b"}` + "\n" + `{"ts": 10.25, "method": "GET", "path": "/a"}` +
		"\n" + `{"ts": 10.5, "method": "PUT", "path": "/c"}`
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(whole)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wantWhole := "at,method,path\n0,GET,a\n0.333333,GET,b\n0.666666,GET,\"c,%22\"\n2,GET,d\n2.5,GET,e\n"
	for name, test := range map[string]struct{ log, want string }{
		"a.log":      {strings.ReplaceAll(whole, `c,"`, `c,\x22`), wantWhole},
		"b.json":     {fine, "at,method,path\n0,GET,a\n0.25,GET,b\n0.25,PUT,c\n"},
		"c.log.1.gz": {packed.String(), ""},
	} {
		t.Chdir(writeFiles(t, map[string]string{name: test.log}))
		code, _, stderr := runCommand(t, "", "import", "access-log", name, "--base-url", "http://localhost")
		checkExit(t, name, code, exitOK, stderr)
		rows := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".log"), ".json")
		rows = strings.TrimSuffix(rows, ".1") + ".csv"
		got, err := os.ReadFile(rows)
		if err != nil {
			t.Fatal(err)
		}
		if test.want == "" {
			continue
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is wrong with a log or a flag is said, and no file is replaced that import
// has not written.
func TestImportAccessLogErrors(t *testing.T) {
	const line = `h - - [30/Nov/2026:10:00:05 +0000] "GET / HTTP/1.1" 200 1` + "\n"
	t.Chdir(writeFiles(t, map[string]string{"mine.csv": "name\nann\n", "old.csv": "at,method,path\n5,GET,\n"}))
	for _, test := range []struct {
		log   string
		flags []string
		want  string
	}{
		{"", nil, "standard input: there is no request in it"},
		{"nope\n", nil, "standard input:1:1: must be a line of an access log such as 127.0.0.1 - - ["},
		{line, []string{"--match", "^/none$"}, "standard input: there is no request in it"},
		{line, []string{"--rows", "mine.csv"}, "mine.csv exists, and is no file of rows that import has written; "},
		{line, []string{"--rows", "no/where.csv"}, "--rows: the file cannot be written: "},
		{line, []string{"--rows", "a.txt"}, `--rows must be a file .csv; got "a.txt"`},
		{line, []string{"--speed", "2"}, `--speed: must be a factor from 0.001x to 1000x, such as 2x or 0.5x; got "2"`},
		{line, []string{"--base-url", "localhost"}, "--base-url must be a URL such as http://localhost:8080, "},
		{line, []string{"--rows", "old.csv"}, ""},
	} {
		args := append([]string{"import", "access-log", "-", "--base-url", "http://localhost"}, test.flags...)
		code, _, stderr := runCommand(t, test.log, args...)
		if test.want == "" {
			checkExit(t, strings.Join(test.flags, " "), code, exitOK, stderr)
			continue
		}
		if code != exitUsage || !strings.HasPrefix(stderr, "aurea: "+test.want) {
			t.Errorf("%q %q: exit %d, %s\nwant %s", test.log, test.flags, code, stderr, test.want)
		}
	}
	if got, err := os.ReadFile("mine.csv"); err != nil || string(got) != "name\nann\n" {
		t.Errorf("mine.csv has %q now, with the error %v", got, err)
	}
}
