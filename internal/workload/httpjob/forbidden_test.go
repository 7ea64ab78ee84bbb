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

// canary listens where nobody may call, and counts who does.
func canary(t *testing.T) (port string, calls *atomic.Int64) {
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

// No spelling of an address that nobody may call gets a job there: not as its
// URL, nor where a redirect leads, nor where a poll is to ask. Nor do plain
// spellings of an allowed address, at a port that is not.
func TestHTTPForbidden(t *testing.T) {
	port, calls := canary(t)
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
			if o := runOf(t, workloadtest.Open(t, set, direct), 0); o.Class() != httpclient.ClassForbidden && o.Class() != httpclient.ClassDNS {
				t.Errorf("%s: direct: class %q, %v", spelling, o.Class(), o.Err)
			}
		}
		for way, parameters := range map[string]string{"redirect": `"redirects": 1`, "poll": `"poll": {}`} {
			o := leading(t, set, server.URL, to, parameters)
			if class := o.Class(); !slices.Contains([]string{httpclient.ClassForbidden, httpclient.ClassDNS, httpclient.ClassBody, "redirect"}, class) {
				t.Errorf("%s: %s: class %q, %v", spelling, way, class, o.Err)
			}
		}
	}
	if n := calls.Load(); n != 0 || len(hosts) < 100 {
		t.Errorf("%d calls came through by %d spellings", n, len(hosts))
	}
}

// leading runs a job whose service leads it elsewhere.
func leading(t *testing.T, set *workload.Set, url, to, parameters string) workloadtest.Outcome {
	t.Helper()
	values := workloadtest.Parse(t, `{`+parameters+`}`)
	values["url"] = url + "/?to=" + strings.NewReplacer("%", "%25", "+", "%2B", "&", "%26", "#", "%23").Replace(to)
	return runOf(t, workloadtest.Open(t, set, call(values)), 0)
}
