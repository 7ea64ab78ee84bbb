package httpjob

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A testProxy is an HTTP proxy for requests in absolute form and for tunnels. It
// takes every name for this machine.
type testProxy struct {
	*httptest.Server
	authorization string // that it wants; "" takes all
	mu            sync.Mutex
	asked         []string // methods and targets
}

// startProxy starts a proxy that wants an authorization. It ends with the test.
func startProxy(t *testing.T, authorization string) *testProxy {
	t.Helper()
	p := &testProxy{authorization: authorization}
	p.Server = serve(t, p.serve)
	return p
}

// with returns the URL of the proxy with a user, such as "user:password@".
func (p *testProxy) with(user string) string { return strings.Replace(p.URL, "://", "://"+user, 1) }

// requests returns what the proxy was asked for.
func (p *testProxy) requests() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, ", ")
}

func (p *testProxy) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.mu.Unlock()
	_, port, _ := net.SplitHostPort(r.URL.Host)
	switch {
	case p.authorization != "" && r.Header.Get("Proxy-Authorization") != p.authorization:
		w.WriteHeader(http.StatusProxyAuthRequired)
	case strings.HasPrefix(r.Host, "down.example"):
		w.WriteHeader(http.StatusBadGateway)
	case r.Method == http.MethodConnect:
		tunnel(w, port)
	case !r.URL.IsAbs():
		w.WriteHeader(http.StatusBadRequest)
	default:
		forward(w, r, port)
	}
}

// forward sends a request to a port of this machine, and its answer back.
func forward(w http.ResponseWriter, r *http.Request, port string) {
	next := r.Clone(r.Context())
	next.RequestURI, next.URL.Host = "", "127.0.0.1:"+port
	next.Header.Del("Proxy-Authorization")
	answer, err := http.DefaultTransport.RoundTrip(next)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

// tunnel connects a client to a port of this machine.
func tunnel(w http.ResponseWriter, port string) {
	to, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer to.Close()
	from, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer from.Close()
	fmt.Fprint(from, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(from, to)
}

// anywhere has jobs that may call every target.
var anywhere = workload.NewSet(workload.Policy{}, Kind(egress.AllowAll()))

// secureTarget starts a server over TLS with HTTP/2 that echoes what it was sent,
// and returns its port and its certificate in PEM.
func secureTarget(t *testing.T, handler http.HandlerFunc) (port, ca string) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(s.Listener.Addr().String())
	return port, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// echoProxied answers with the host and with the credentials that came through.
func echoProxied(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s %s proxy %q", r.Proto, r.Host, r.Header.Get("Proxy-Authorization"))
}

// Requests over http reach a target that only the proxy resolves in absolute
// form, and those over https through a tunnel for each connection. The target
// never sees the credentials of the proxy.
func TestProxy(t *testing.T) {
	plain := serve(t, echoProxied)
	_, plainPort, _ := net.SplitHostPort(plain.Listener.Addr().String())
	port, ca := secureTarget(t, echoProxied)
	secure := "example.com:" + port
	for _, user := range []string{"", "me:pass%2Fword@"} {
		for name, test := range map[string]struct{ url, version, says, asks string }{
			"http": {
				"http://shop.example:" + plainPort + "/a?b", "1.1",
				"HTTP/1.1 shop.example:" + plainPort,
				"GET http://shop.example:" + plainPort + "/a?b, GET http://shop.example:" + plainPort + "/a?b",
			},
			"https":   {"https://" + secure + "/", "1.1", "HTTP/1.1 " + secure, "CONNECT " + secure},
			"https 2": {"https://" + secure + "/", "2", "HTTP/2.0 " + secure, "CONNECT " + secure},
		} {
			authorization := ""
			if user != "" {
				authorization = "Basic bWU6cGFzcy93b3Jk"
			}
			proxy := startProxy(t, authorization)
			jobs := workloadtest.Open(t, anywhere, call(map[string]any{
				"url": test.url, "version": test.version, "proxy": proxy.with(user), "tls": map[string]any{"ca": ca},
				"expect": map[string]any{"contains": test.says + ` proxy ""`},
			}))
			for job := range int64(2) {
				o := runOf(t, jobs, job)
				if made := o.Counters["connections"]; o.Err != nil || made != 1-job {
					t.Errorf("%s as %q: job %d: %v with %d connections", name, user, job, o.Err, made)
				}
			}
			if got := proxy.requests(); got != test.asks {
				t.Errorf("%s as %q: the proxy was asked for %q, want %q", name, user, got, test.asks)
			}
		}
	}
}

// What the proxy refuses fails in a class of its own, and says what to do. No
// message has the password.
func TestProxyFails(t *testing.T) {
	proxy := startProxy(t, "Basic bWU6cGFzcy93b3Jk")
	at := strings.TrimPrefix(proxy.URL, "http://")
	wants := "the proxy " + at + " wants a user and a password (407): give them in its URL"
	refuses := "the proxy " + at + " does not take the user and the password of its URL (407)"
	for _, test := range []struct{ user, url, class, message string }{
		{"", "http://shop.example/", "proxy", wants},
		{"", "https://shop.example/", "proxy", wants},
		{"me:guess@", "http://shop.example/", "proxy", refuses},
		{"me:guess@", "https://shop.example/", "proxy", refuses},
		{
			"me:pass%2Fword@", "https://down.example/", "proxy",
			"the proxy " + at + " does not connect to down.example:443: its status is 502",
		},
		{"me:pass%2Fword@", "http://down.example/", "status_502", "the answer's status is 502"},
	} {
		for _, version := range []string{"1.1", "2"} {
			if version == "2" && strings.HasPrefix(test.url, "http:") {
				continue
			}
			o := runOf(t, workloadtest.Open(t, anywhere, call(map[string]any{
				"url": test.url, "proxy": proxy.with(test.user), "version": version,
			})), 0)
			if got := workloadtest.Message(o.Err); o.Class() != test.class || got != test.message {
				t.Errorf("%s as %q over %s: class %s and %q, want %s and %q",
					test.url, test.user, version, o.Class(), got, test.class, test.message)
			}
		}
	}
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			fmt.Fprint(c, "SSH-2.0-server\r\n")
			_ = c.Close()
		}
	})
	o := runOf(t, workloadtest.Open(t, anywhere, call(map[string]any{
		"url": "https://shop.example/", "proxy": broken.URL,
	})), 0)
	if o.Class() != "proxy" {
		t.Errorf("what is no proxy: class %s (%v), want proxy", o.Class(), o.Err)
	}
}

// Jobs call no proxy and through none no target that is not allowed, redirects
// included; the environment names none.
func TestProxyIsGuarded(t *testing.T) {
	proxy := startProxy(t, "")
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	const loop = "http://127.0.0.1:1"
	form := "workload.proxy: must be the URL of an HTTP proxy"
	scheme, together := "workload.proxy: must begin with http://", "workload.proxy: cannot be given together with "
	for _, test := range []struct{ url, proxy, more, want string }{
		{loop, "http://192.0.2.1:3128", ``, `workload.proxy: must not call "192.0.2.1"`},
		{loop, "https://127.0.0.1:3128", ``, scheme},
		{loop, "socks5://127.0.0.1:1", ``, scheme},
		{loop, "127.0.0.1:3128", ``, form},
		{loop, "http://a:sec/ret@h", ``, form},
		{loop, "http://127.0.0.1:1/path", ``, form},
		{"http://shop.example/", loop, ``, `workload.url: the host "shop.example" is none of the names`},
		{"http://192.0.2.1/", loop, ``, `workload.url: must not call "192.0.2.1"`},
		{loop, loop, `, "version": "2"`, "workload.proxy: takes no version 2"},
		{loop, loop, `, "unix_socket": "/s"`, together + "unix_socket"},
		{loop, loop, `, "connect_to": {"a:1": "127.0.0.1:1"}`, together + "connect_to"},
		{loop, loop, `, "resolve": {"a:1": "127.0.0.1"}`, together + "resolve"},
	} {
		parameters := fmt.Sprintf(`{"url": %q, "proxy": %q%s}`, test.url, test.proxy, test.more)
		got := workloadtest.Refusal(local, call(workloadtest.Parse(t, parameters)), 1)
		if !strings.HasPrefix(got, test.want) || strings.Contains(got, "sec/ret") {
			t.Errorf("%s: %q, want %q", parameters, got, test.want)
		}
	}
	away := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://shop.example/", http.StatusFound)
	})
	o := runJob(t, away.URL, `{"url": "$URL", "redirects": 1, "proxy": "`+proxy.URL+`"}`, 0)
	if o.Class() != "forbidden" {
		t.Errorf("a redirect to another target: class %q (%v), want forbidden", o.Class(), o.Err)
	}
	before := proxy.requests()
	if o := runJob(t, away.URL, `{"url": "$URL"}`, 0); o.Err != nil || proxy.requests() != before {
		t.Errorf("without a proxy: %v, and the proxy was asked for %q", o.Err, proxy.requests())
	}
}
