package httpjob

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// newCanary listens at an address that jobs may not call, and counts the calls.
func newCanary(t *testing.T) (port string, calls *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	calls = new(atomic.Int64)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = connection.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-listening
	})
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port, calls
}

// No spelling of a forbidden address makes a job call it: not in its URL, in a
// redirect or in the URL of a poll. The same holds for an allowed address at a
// forbidden port.
func TestHTTPForbidden(t *testing.T) {
	port, calls := newCanary(t)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Location"] = []string{r.URL.Query().Get("to")}
		w.WriteHeader(http.StatusFound)
	})
	targets, err := egress.ParseAllowlist([]string{strings.TrimPrefix(server.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	set := workload.NewSet(workload.Policy{}, Kind(targets))
	hosts := append(egresstest.Forbidden(), egresstest.Loopback()...)
	for _, spelling := range hosts {
		to := fmt.Sprintf("http://%s:%s/", spelling, port)
		direct := call(map[string]any{"url": to})
		if workloadtest.Refusal(set, direct, 0) == "" {
			o := runOf(t, workloadtest.Open(t, set, direct), 0)
			if !slices.Contains([]string{httpclient.ClassForbidden, httpclient.ClassDNS}, o.Class()) {
				t.Errorf("%s: direct: class %q, %v", spelling, o.Class(), o.Err)
			}
		}
		for way, parameters := range map[string]string{"redirect": `"redirects": 1`, "poll": `"poll": {}`} {
			o := runRedirected(t, set, server.URL, to, parameters)
			if !slices.Contains(refusedClasses, o.Class()) {
				t.Errorf("%s: %s: class %q, %v", spelling, way, o.Class(), o.Err)
			}
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d jobs called the forbidden address", n)
	}
	if len(hosts) < 100 {
		t.Errorf("only %d spellings were tried", len(hosts))
	}
}

// refusedClasses are the classes of a job whose redirect or poll was refused.
var refusedClasses = []string{
	httpclient.ClassForbidden, httpclient.ClassDNS, httpclient.ClassBody, "redirect",
}

// runRedirected runs a job whose service sends it to another URL.
func runRedirected(t *testing.T, set *workload.Set, url, to, parameters string) workloadtest.Outcome {
	t.Helper()
	values := workloadtest.Parse(t, `{`+parameters+`}`)
	values["url"] = url + "/?to=" + strings.NewReplacer("%", "%25", "+", "%2B", "&", "%26", "#", "%23").Replace(to)
	return runOf(t, workloadtest.Open(t, set, call(values)), 0)
}
