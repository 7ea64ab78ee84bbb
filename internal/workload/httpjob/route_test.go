package httpjob

import (
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// allowing returns the kind http whose jobs may call the given targets.
func allowing(t *testing.T, targets ...string) *workload.Set {
	t.Helper()
	list, err := egress.ParseAllowlist(targets)
	if err != nil {
		t.Fatal(err)
	}
	return workload.NewSet(workload.Policy{}, Kind(list))
}

// Jobs connect to where the spec says, and the service gets the host of the URL.
func TestHTTPRoutes(t *testing.T) {
	hosts := make(chan string, 1)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts <- r.Host })
	server := serve(t, handler)
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := net.SplitHostPort(address)
	path := filepath.Join(t.TempDir(), "a.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	socket := &http.Server{Handler: handler}
	t.Cleanup(func() { _ = socket.Close() })
	go func() { _ = socket.Serve(listener) }()
	set := allowing(t, "localhost", "unix:"+path)
	for name, parameters := range map[string]string{
		"resolve": `"url": "http://shop.test:` + port + `/", "resolve": {"Shop.test:` + port + `": "127.0.0.1"}`,

		"connect to":      `"url": "http://shop.test/", "connect_to": {"shop.test:80": "` + address + `"}`,
		"connect to name": `"url": "http://shop.test/", "connect_to": {"shop.test:80": "localhost:` + port + `"}`,
		"unix socket":     `"url": "http://shop.test/", "unix_socket": "` + path + `"`,
		"source addresses": `"url": "` + server.URL + `", "headers": {"Host": "shop.test"}, ` +
			`"source_addresses": "127.0.0.3"`,
	} {
		o := runOf(t, workloadtest.Open(t, set, call(workloadtest.Parse(t, "{"+parameters+"}"))), 0)
		if o.Err != nil {
			t.Errorf("%s: %v", name, o.Err)
			continue
		}
		if host, _, _ := strings.Cut(<-hosts, ":"); host != "shop.test" {
			t.Errorf("%s: the service got the host %q, want shop.test", name, host)
		}
	}
}

// No route leads to a forbidden address: not by the address of an allowed name,
// by another host, or by a socket.
func TestRoutesAreGuarded(t *testing.T) {
	port, calls := newCanary(t)
	set := allowing(t, "api.test", "192.0.2.1", "unix:/run/a.sock")
	for _, spelling := range egresstest.Spellings() {
		host := strings.Trim(spelling.Host, "[]")
		for way, parameters := range map[string]map[string]any{
			"resolve":    {"resolve": map[string]any{"api.test:" + port: spelling.Address.String()}},
			"connect_to": {"connect_to": map[string]any{"api.test:" + port: net.JoinHostPort(host, port)}},
		} {
			parameters["url"] = "http://api.test:" + port + "/"
			if workloadtest.Refusal(set, call(parameters), 0) != "" {
				continue
			}
			o := runOf(t, workloadtest.Open(t, set, call(parameters)), 0)
			if !slices.Contains([]string{httpclient.ClassForbidden, httpclient.ClassDNS}, o.Class()) {
				t.Errorf("%s to %s: class %q, %v", way, spelling.Host, o.Class(), o.Err)
			}
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d jobs called the forbidden address", n)
	}
}

// What is forbidden is refused before the run, with its reason.
func TestRoutesAreChecked(t *testing.T) {
	set := allowing(t, "api.test", "192.0.2.1", "unix:/run/a.sock")
	const (
		other = "it is none of the targets that this service may call; the operator can allow it with " +
			"--allow-target "
		loopback     = other + "localhost"
		hostPortRule = "must be a host and a port, such as api.example:443 or [2001:db8::1]:443; got "
	)
	for parameters, want := range map[string]string{
		`"resolve": {"api.test:80": "127.0.0.1"}`: `resolve.api.test:80: must not call "127.0.0.1": ` + loopback,
		`"resolve": {"api.test:80": "192.0.2.1, 10.0.0.1"}`: `resolve.api.test:80: must not call "10.0.0.1": ` +
			other + "10.0.0.1",
		`"resolve": {"api.test": "192.0.2.1"}`: `resolve.api.test: ` + hostPortRule + `"api.test"`,
		`"resolve": {"api.test:80": "localhost"}`: "resolve.api.test:80: must be an address such as 192.0.2.1 or " +
			`2001:db8::1; got "localhost"`,
		`"connect_to": {"api.test:80": "127.0.0.1:80"}`: `connect_to.api.test:80: must not call "127.0.0.1": ` +
			loopback,
		`"connect_to": {"api.test:80": "0xc0.513:80"}`: "connect_to.api.test:80: the host must be written as " +
			"192.0.2.1, if that is meant; programs differ in what they read in \"0xc0.513\"",
		`"connect_to": {"api.test:80": "192.0.2.1"}`: "connect_to.api.test:80: " + hostPortRule + `"192.0.2.1"`,
		`"unix_socket": "/run/b.sock"`: `unix_socket: must not call the socket "/run/b.sock": ` + other +
			"unix:/run/b.sock",
		`"unix_socket": "/run/a.sock", "resolve": {}`: "" +
			"unix_socket: cannot be given together with resolve; set only one",
		`"source_addresses": ["127.0.0.1", "a"]`: "source_addresses[1]: must be an address such as 192.0.2.1 or " +
			`2001:db8::1; got "a"`,
	} {
		w := call(workloadtest.Parse(t, `{"url": "http://api.test/", `+parameters+`}`))
		if got := workloadtest.Refusal(set, w, 0); got != "workload."+want {
			t.Errorf("%s:\n got %s\nwant workload.%s", parameters, got, want)
		}
	}
}

// Jobs do not start if this machine lacks an address to connect from.
func TestUnknownSource(t *testing.T) {
	w := call(map[string]any{"url": "http://localhost/", "source_addresses": []any{"127.0.0.1", "192.0.2.1"}})
	resolved, err := local.Resolve(aurea.Plan{Workload: w})
	if err != nil {
		t.Fatal(err)
	}
	_, err = resolved.Open(t.Context())
	const want = "workload.source_addresses[1]: 192.0.2.1 is no address of this machine"
	if !strings.HasPrefix(workloadtest.Message(err), want) {
		t.Errorf("Open = %v, want %s", err, want)
	}
}
