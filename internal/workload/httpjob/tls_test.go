package httpjob

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// Connections after the first continue its TLS session, unless the spec refuses
// it, and a counter says how many did.
func TestTLSResumedIsCounted(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	trust := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for name, test := range map[string]struct {
		tls     map[string]any
		resumed [3]int64
	}{
		"by default": {map[string]any{"ca": trust}, [3]int64{0, 1, 1}},
		"asked for":  {map[string]any{"ca": trust, "resume": true}, [3]int64{0, 1, 1}},
		"refused":    {map[string]any{"ca": trust, "resume": false}, [3]int64{0, 0, 0}},
	} {
		parameters := map[string]any{"url": server.URL, "keepalive": false, "tls": test.tls}
		jobs := workloadtest.Open(t, local, call(parameters))
		for job, want := range test.resumed {
			o := runOf(t, jobs, int64(job))
			if o.Err != nil || o.Counters["connections"] != 1 {
				t.Fatalf("%s: job %d: %d connections, error %v", name, job, o.Counters["connections"], o.Err)
			}
			if got := o.Counters["tls_resumed"]; got != want {
				t.Errorf("%s: job %d: tls_resumed %d, want %d", name, job, got, want)
			}
		}
	}
}
