package workload

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
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
	host := Host{Targets: targets}
	hosts := append(egresstest.Forbidden(), egresstest.Loopback()...)
	for _, spelling := range hosts {
		to := fmt.Sprintf("http://%s:%s/", spelling, port)
		direct := aurea.Workload{Kind: "http", Parameters: map[string]any{"url": to}}
		if _, _, err := host.check(direct, "workload", place{host: host}); err == nil {
			if o := runOf(t, open(t, host, "http", direct.Parameters, 1), 0); o.class() != httpclient.ClassForbidden && o.class() != httpclient.ClassDNS {
				t.Errorf("%s: direct: class %q, %v", spelling, o.class(), o.err)
			}
		}
		for way, parameters := range map[string]string{"redirect": `"redirects": 1`, "poll": `"poll": {}`} {
			o := leading(t, host, server.URL, to, parameters)
			if class := o.class(); !slices.Contains([]string{httpclient.ClassForbidden, httpclient.ClassDNS, httpclient.ClassBody, "redirect"}, class) {
				t.Errorf("%s: %s: class %q, %v", spelling, way, class, o.err)
			}
		}
	}
	if n := calls.Load(); n != 0 || len(hosts) < 100 {
		t.Errorf("%d calls came through by %d spellings", n, len(hosts))
	}
}

// leading runs a job whose service leads it elsewhere.
func leading(t *testing.T, host Host, url, to, parameters string) told {
	t.Helper()
	values := parsed(t, `{`+parameters+`}`)
	values["url"] = url + "/?to=" + strings.NewReplacer("%", "%25", "+", "%2B", "&", "%26", "#", "%23").Replace(to)
	return runOf(t, open(t, host, "http", values, 1), 0)
}
