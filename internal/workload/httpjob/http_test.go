package httpjob

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// What the parameters say is what the service is sent.
func TestHTTPSends(t *testing.T) {
	type sent struct {
		Method, Path, Body string
		Header             map[string]string
	}
	seen := make(chan sent, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := map[string]string{}
		for _, name := range []string{"Content-Type", "X-Job", "Authorization"} {
			if value := r.Header.Get(name); value != "" {
				header[name] = value
			}
		}
		seen <- sent{r.Method, r.URL.RequestURI(), string(body), header}
	})
	tests := []struct {
		name, parameters string
		want             sent
	}{
		{"simplest", `{"url": "$URL"}`, sent{"GET", "/", "", map[string]string{}}},
		{"query", `{"url": "$URL/a/{{job}}?q={{choice a&b a&b}}"}`, sent{"GET", "/a/7?q=a%26b", "", map[string]string{}}},
		{"escaped", `{"url": "$URL/{{choice a/b?c a/b?c}}"}`, sent{"GET", "/a%2Fb%3Fc", "", map[string]string{}}},
		{"unescaped", `{"url": "$URL/{{raw choice a/b?c=%2F a/b?c=%2F}}"}`, sent{"GET", "/a/b?c=%2F", "", map[string]string{}}},
		{"text", `{"url": "$URL", "body": "job {{job}}"}`, sent{"POST", "/", "job 7", map[string]string{}}},
		{"json", `{"url": "$URL", "body": {"n": "{{job}}", "a": [1, true]}}`, sent{"POST", "/", `{"a":[1,true],"n":"7"}`, map[string]string{"Content-Type": "application/json"}}},
		{"bytes", `{"url": "$URL", "body_base64": "/wB7e2pvYn19gA=="}`, sent{"POST", "/", "\xff\x00{{job}}\x80", map[string]string{}}},
		{"no bytes", `{"url": "$URL", "body_base64": ""}`, sent{"POST", "/", "", map[string]string{}}},
		{"method", `{"url": "$URL", "method": "put", "body": "x"}`, sent{"PUT", "/", "x", map[string]string{}}},
		{"headers", `{"url": "$URL", "headers": {"X-Job": "no {{job}}", "Authorization": "Bearer t"}}`, sent{"GET", "/", "", map[string]string{"X-Job": "no 7", "Authorization": "Bearer t"}}},
		{"content type", `{"url": "$URL", "body": {}, "headers": {"Content-Type": "application/vnd.x+json"}}`, sent{"POST", "/", "{}", map[string]string{"Content-Type": "application/vnd.x+json"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if o := runJob(t, server.URL, test.parameters, 7); o.Err != nil {
				t.Fatal(o.Err)
			}
			if diff := cmp.Diff(test.want, <-seen); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An answer is right or wrong by what is expected of it.
func TestHTTPExpects(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/text":
			fmt.Fprint(w, "all is well")
		case "/json":
			fmt.Fprint(w, `{"status": "ready", "items": [{"id": 1.0}], "none": null}`)
		case "/rubbish":
			fmt.Fprint(w, `{"status": "ready"}}`)
		case "/two":
			fmt.Fprint(w, `{"status": "ready"} {"status": "no"}`)
		case "/space":
			fmt.Fprint(w, `{"status": "ready"}`, " \r\n\t")
		case "/long":
			fmt.Fprint(w, strings.Repeat(" ", maxInspected), `{"status": "ready"}`)
		}
	})
	tests := []struct{ name, path, expect, class, message string }{
		{"status below 400", "/text", `{}`, "", ""},
		{"status", "/missing", `{}`, "status_404", "the answer's status is 404"},
		{"status wanted", "/missing", `{"status": [404, 410]}`, "", ""},
		{"one status", "/text", `{"status": 201}`, "status_200", "the answer's status is 200"},
		{"contains", "/text", `{"contains": "is well"}`, "", ""},
		{"contains not", "/text", `{"contains": "wrong"}`, "body", `the answer's body does not contain "wrong"`},
		{"json there", "/json", `{"json": {"path": "$.items[0].id"}}`, "", ""},
		{"json equals", "/json", `{"json": [{"path": "$.status", "equals": "ready"}, {"path": "$.items[0].id", "equals": 1}]}`, "", ""},
		{"json differs", "/json", `{"json": {"path": "$.status", "equals": "done"}}`, "body", "the answer has ready at $.status, not done"},
		{"text is no number", "/json", `{"json": {"path": "$.items[0].id", "equals": "1.0"}}`, "body", "the answer has 1.0 at $.items[0].id, not 1.0"},
		{"json missing", "/json", `{"json": {"path": "$.nothing"}}`, "body", "the answer has nothing at $.nothing"},
		{"json null is there", "/json", `{"json": {"path": "$.none"}}`, "", ""},
		{"no json", "/text", `{"json": {"path": "$.status"}}`, "body", "the answer is not JSON: invalid character 'a' looking for beginning of value"},
		{"too long", "/long", `{"json": {"path": "$.status"}}`, "body", "the answer is longer than the 1048576 bytes that are looked into"},
		{"contains far behind", "/long", `{"contains": "\"ready\"}"}`, "", ""},
		{"contains not far behind", "/long", `{"contains": "steady"}`, "body", `the answer's body does not contain "steady"`},
		{"json with rubbish behind", "/rubbish", `{"json": {"path": "$.status"}}`, "body", "the answer is not JSON: there is more behind its value"},
		{"two values", "/two", `{"json": {"path": "$.status"}}`, "body", "the answer is not JSON: there is more behind its value"},
		{"json with space behind", "/space", `{"json": {"path": "$.status"}}`, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := runJob(t, server.URL, `{"url": "$URL`+test.path+`", "expect": `+test.expect+`}`, 0)
			if message := fmt.Sprint(o.Err); o.Class() != test.class || o.Err != nil && message != test.message {
				t.Errorf("class %q, %v; want %q, %s", o.Class(), o.Err, test.class, test.message)
			}
		})
	}
}

// Redirects are followed as often as the spec allows, as RFC 9110 says, and
// credentials stay with the host that they were meant for.
func TestHTTPRedirects(t *testing.T) {
	var elsewhere atomic.Value
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { elsewhere.Store(r.Header.Clone()) })
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last.Store(r.Method + " " + r.URL.Path + " " + string(body) + " " + r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/see":
			http.Redirect(w, r, "/end", http.StatusSeeOther)
		case "/keep":
			http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/out":
			http.Redirect(w, r, other.URL, http.StatusFound)
		}
	})
	tests := []struct {
		name, path, redirects, class, last string
		followed                           int64
	}{
		{"off", "/see", `0`, "", "POST /see x secret", 0},
		{"see other", "/see", `1`, "", "GET /end  secret", 1},
		{"permanent", "/keep", `1`, "", "POST /end x secret", 1},
		{"too many", "/loop", `3`, "redirect", "GET /loop  secret", 3},
		{"nowhere", "/nowhere", `1`, "redirect", "POST /nowhere x secret", 1},
		{"another host", "/out", `1`, "", "POST /out x secret", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := runJob(t, server.URL, `{"url": "$URL`+test.path+`", "body": "x", "headers": {"Authorization": "secret", "X-Own": "kept"}, "redirects": `+test.redirects+`}`, 0)
			if o.Class() != test.class || last.Load() != test.last || o.Counters["redirects"] != test.followed {
				t.Errorf("class %q (%v), last request %q, %d redirects; want %q, %q, %d",
					o.Class(), o.Err, last.Load(), o.Counters["redirects"], test.class, test.last, test.followed)
			}
		})
	}
	header := elsewhere.Load().(http.Header)
	if header.Get("Authorization") != "" || header.Get("X-Own") != "kept" {
		t.Errorf("the other host was sent %v", header)
	}
}

// A redirect keeps the method and the body, but for a POST that 301 and 302 answer
// and whatever 303 does (RFC 9110, 15.4).
func TestHTTPRedirectMethods(t *testing.T) {
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if status, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
			w.Header().Set("Location", "/end")
			w.WriteHeader(status)
			return
		}
		last.Store(fmt.Sprintf("%s %q %s", r.Method, body, r.Header.Get("Content-Type")))
	})
	sent := func(method string) string {
		body := "x"
		if method == "GET" || method == "HEAD" {
			body = ""
		}
		return fmt.Sprintf("%s %q text/plain", method, body)
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			body := `, "body": "x", "headers": {"Content-Type": "text/plain"}`
			if method == "GET" || method == "HEAD" {
				body = `, "headers": {"Content-Type": "text/plain"}`
			}
			o := runJob(t, server.URL, fmt.Sprintf(`{"url": "$URL/%d", "method": %q, "redirects": 1%s}`, status, method, body), 0)
			if o.Err != nil {
				t.Fatal(o.Err)
			}
			want := sent(method)
			if status == 303 && method != "HEAD" || status < 303 && method == "POST" {
				want = `GET "" `
			}
			if got := last.Load(); got != want {
				t.Errorf("%s, %d: %s, want %s", method, status, got, want)
			}
		}
	}
}

// However the same host and port are written, they are the same: credentials stay
// with them, and go nowhere else.
func TestHTTPRedirectsWithinAnOrigin(t *testing.T) {
	var last atomic.Value
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Location", r.URL.Query().Get("to"))
			w.WriteHeader(http.StatusFound)
			return
		}
		last.Store(r.Header.Get("Authorization"))
	})
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for to, want := range map[string]string{
		"/end": "secret", "//127.0.0.1:" + port + "/end": "secret", "HTTP://127.0.0.1:" + port + "/end": "secret", "http://127.0.0.1:" + port + "/end%23part": "secret",
		"http://LOCALHOST:" + port + "/end": "", "http://127.0.0.2:" + port + "/end": "",
	} {
		last.Store("none arrived")
		o := runJob(t, server.URL, `{"url": "$URL/?to=`+to+`", "headers": {"Authorization": "secret"}, "redirects": 1}`, 0)
		if strings.Contains(to, "127.0.0.2") { // where nobody listens
			want = "none arrived"
		} else if o.Err != nil {
			t.Errorf("%s: %v", to, o.Err)
		}
		if got := last.Load(); got != want {
			t.Errorf("%s: Authorization %q, want %q", to, got, want)
		}
	}
}

// What does not fit is refused before anything is called, and named.
func TestHTTPChecks(t *testing.T) {
	tests := []struct{ parameters, want string }{
		{`{}`, "workload.url: is needed: whom to call; path and query may have fields such as {{job}}"},
		{`{"url": "http://localhost:{{int 1 9}}/"}`, "workload.url: must have the same scheme, host and port for all jobs; only path and query may have fields"},
		{`{"url": "http://{{choice a b}}/"}`, "workload.url: must have the same scheme, host and port for all jobs; only path and query may have fields"},
		{`{"url": "http://[::1/"}`, `workload.url: must be a URL such as http://localhost:8080/; parse "http://[::1/": missing ']' in host`},
		{`{"url": "http://localhost/", "version": "3"}`, `workload.version: must be one of 1.1, 2; got "3"`},
		{`{"url": "http://localhost/", "connections": 20000}`, "workload.connections: must be at most 10000 on this host, see --max-connections; got 20000"},
		{`{"url": "http://localhost/", "expect": {"status": 99}}`, "workload.expect.status: must be an integer from 100 to 599; got 99"},
		{`{"url": "http://localhost/", "expect": {"json": {"path": "status"}}}`, `workload.expect.json[0].path: must be a JSONPath such as $.status; jsonpath: unexpected identifier at position 1`},
		{`{"url": "http://localhost/", "poll": {"status": "status"}}`, `workload.poll.status: must be a JSONPath such as $.status; jsonpath: unexpected identifier at position 1`},
		{`{"url": "http://localhost/", "poll": {"queued_at": "$.a"}}`, "workload.poll: must have queued_at and started_at together: the time in the queue is what lies between them"},
		{`{"url": "http://localhost/", "tls": {"key": "x"}}`, "workload.tls: must have certificate and key together"},
		{`{"url": "http://localhost/", "tls": {"ca": "x"}}`, "workload.tls.ca: must hold a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"},
		{`{"url": "http://localhost/", "body_base64": "é"}`, "workload.body_base64: must be base64 (RFC 4648, with padding): illegal base64 data at input byte 0"},
		{`{"url": "http://localhost/", "body_base64": "AA==", "body": "x"}`, "workload.body_base64: cannot be given together with body; set only one"},
		{`{"url": "http://localhost/{{raw}}"}`, "workload.url: has {{raw}}, which is not a field; there are " + template.Fields},
		{`{"url": "http://{{raw choice a/ b/}}"}`, "workload.url: must have the same scheme, host and port for all jobs; only path and query may have fields"},
		{`{"url": "http://localhost/{{jb}}"}`, "workload.url: has {{jb}}, which is not a field; there are " + template.Fields},
	}
	for _, test := range tests {
		if got := workloadtest.Refusal(local, call(workloadtest.Parse(t, test.parameters)), 0); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.parameters, got, test.want)
		}
	}
	few := with(workload.Policy{OpenFiles: 40})
	for parameters, want := range map[string]string{
		`{"kind": "http", "url": "http://localhost/", "connections": 41}`: "workload.connections: must be at most 40 on this host, since its limit of open files leaves 40 to jobs, see ulimit -n; got 41",
		`{"kind": "http", "url": "http://localhost/"}`:                    "workload.connections: is needed: 50 jobs in flight would take as many connections, and this host has 40, since its limit of open files leaves 40 to jobs, see ulimit -n",
		`{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "http", "url": "http://localhost/", "connections": 21}, {"kind": "http", "url": "http://localhost/", "connections": 20}]}`:                                                                                                        "workload.steps[1].connections: must be at most 20 on this host, since its limit of open files leaves 40 to jobs of 2 workloads, see ulimit -n; got 21",
		`{"kind": "mix", "parts": [{"workload": {"kind": "http", "url": "http://localhost/", "connections": 20}}, {"workload": {"kind": "steps", "steps": [{"kind": "http", "url": "http://localhost/", "connections": 10}, {"kind": "http", "url": "http://localhost/", "connections": 11}]}}]}`: "workload.parts[1].workload.steps[1].connections: must be at most 10 on this host, since its limit of open files leaves 40 to jobs of 4 workloads, see ulimit -n; got 11",
	} {
		if got := workloadtest.Refusal(few, workloadtest.Workload(t, parameters), 50); got != want {
			t.Errorf("%s:\n got %s\nwant %s", parameters, got, want)
		}
	}
	got := workloadtest.Refusal(with(workload.Policy{MaxConnections: 10}), call(map[string]any{"url": "http://localhost/"}), 11)
	want := "workload.connections: is needed: 11 jobs in flight would take as many connections, " +
		"and this host has 10, see --max-connections"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The numbers of an exchange are told: every phase that there was, and bytes.
func TestHTTPTells(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "0123456789") })
	jobs := workloadtest.Open(t, local, call(map[string]any{"url": server.URL, "body": "abc"}))
	first, second := runOf(t, jobs, 0), runOf(t, jobs, 1)
	for _, phase := range []string{"wait", "connect", "first_byte", "body"} {
		if _, there := first.Phases[phase]; !there {
			t.Errorf("the first job does not tell its %s", phase)
		}
	}
	if _, there := second.Phases["connect"]; there {
		t.Error("the second job tells of a connection that the first one made")
	}
	if got := [2]int64{first.Counters["connections"], second.Counters["connections"]}; got != [2]int64{1, 0} {
		t.Errorf("connections %v, want 1 and 0", got)
	}
	if first.Counters["bytes_out"] <= 3 || first.Counters["bytes_in"] <= 10 {
		t.Errorf("bytes %v: head and body are more than the bodies", first.Counters)
	}
}

// Jobs that fill in fields send the same again when the run is repeated.
func TestHTTPRepeats(t *testing.T) {
	var paths [2][]string
	for i := range paths {
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) { paths[i] = append(paths[i], r.URL.Path) })
		jobs := workloadtest.Open(t, local, call(map[string]any{"url": server.URL + "/{{uuid}}/{{int 1 1000000}}"}))
		for job := range int64(20) {
			if o := runOf(t, jobs, job); o.Err != nil {
				t.Fatal(o.Err)
			}
		}
	}
	if diff := cmp.Diff(paths[0], paths[1]); diff != "" || len(paths[0]) != 20 {
		t.Errorf("%d paths: %s", len(paths[0]), diff)
	}
}

// encode is a value as JSON.
func encode(t testing.TB, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// The service hears as many requests as the counters tell: those that redirects
// and polls lead to are sent again as well.
func TestHTTPTellsRetries(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var heard atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for requests := 1; requests <= 2; requests++ { // the second is not answered
					if _, err := http.ReadRequest(in); err != nil {
						break
					}
					heard.Add(1)
					if requests == 1 {
						fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nLocation: /job\r\nContent-Length: 17\r\n\r\n{\"status\":\"done\"}")
					}
				}
			}()
		}
	}()
	for name, parameters := range map[string]map[string]any{
		"requests": {"url": "http://" + listener.Addr().String()},
		"polls":    {"url": "http://" + listener.Addr().String(), "poll": map[string]any{}},
	} {
		jobs := workloadtest.Open(t, local, call(parameters))
		heard.Store(0)
		var asked, retries int64
		for job := range int64(20) {
			o := runOf(t, jobs, job)
			if o.Err != nil {
				t.Fatalf("%s: %v", name, o.Err)
			}
			asked += 1 + o.Counters["polls"]
			retries += o.Counters["retries"]
		}
		if got := heard.Load(); got != asked+retries || retries < 19 {
			t.Errorf("%s: the service heard %d requests of %d and %d retries", name, got, asked, retries)
		}
	}
	_ = listener.Close()
	<-ended
}
