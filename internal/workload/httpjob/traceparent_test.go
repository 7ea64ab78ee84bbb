package httpjob

import (
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// hearing is a service that remembers what requests said that they were a part of.
// It redirects /redirect, and accepts a job at /jobs.
func hearing(t *testing.T) (url string, heard func() []string) {
	var mu sync.Mutex
	var all []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		all = append(all, r.URL.Path+" "+strings.Join(r.Header.Values("Traceparent"), ","))
		mu.Unlock()
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/jobs":
			w.Header().Set("Location", "/jobs/1")
		case "/jobs/1":
			_, _ = w.Write([]byte(`{"status": "done"}`))
		}
	})
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// A job that is traced says so in all that it asks of a service, and no other job
// does; what the user's own headers say is theirs.
func TestTraceparent(t *testing.T) {
	trace := aurea.Trace{ID: [16]byte{1, 2, 15: 0xff}}
	span := trace.Span(7)
	own := "00-010200000000000000000000000000ff-" + hex.EncodeToString(span[:]) + "-01"
	for _, test := range []struct {
		name, workload string
		want           []string
		silent         bool // the job tells nobody
	}{
		{"plain", `{"kind": "http", "url": "$URL/"}`, []string{"/ " + own}, false},
		{"fields", `{"kind": "http", "url": "$URL/{{job}}"}`, []string{"/7 " + own}, false},
		{"redirect", `{"kind": "http", "url": "$URL/redirect", "redirects": 1}`, []string{"/redirect " + own, "/there " + own}, false},
		{"poll", `{"kind": "http", "url": "$URL/jobs", "body": {}, "poll": {}}`, []string{"/jobs " + own, "/jobs/1 " + own}, false},
		{"own header", `{"kind": "http", "url": "$URL/", "headers": {"TraceParent": "mine"}}`, []string{"/ mine"}, true},
		{"step", `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "http", "url": "$URL/a"}, {"kind": "http", "url": "$URL/b"}]}`, []string{"/a " + own, "/b " + own}, false},
		{"part", `{"kind": "mix", "parts": [{"workload": {"kind": "http", "url": "$URL/"}}]}`, []string{"/ " + own}, false},
		{"slow", `{"kind": "http", "url": "$URL/", "failure": {"rate": 1, "kind": "slow", "factor": 1.5}}`, []string{"/ " + own}, false},
		{"nobody", `{"kind": "steps", "steps": [{"kind": "noop"}]}`, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, heard := hearing(t)
			w := workloadtest.Workload(t, strings.ReplaceAll(test.workload, "$URL", url))
			jobs := workloadtest.Open(t, local, w)
			timed := workload.NewJobContext(t.Context())
			parent := workload.NewTraceparent(trace, 7)
			if err := jobs.Runner.Run(timed.Until(time.Now().Add(time.Minute)).TracedAs(parent), 7, workload.JobMetrics{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, heard()); diff != "" || parent.Sent() == test.silent {
				t.Errorf("told: %v; requests (-want +got):\n%s", parent.Sent(), diff)
			}
			before := len(heard())
			if err := jobs.Runner.Run(timed.Until(time.Time{}), 7, workload.JobMetrics{}); err != nil {
				t.Fatal(err)
			}
			for _, request := range heard()[before:] {
				if strings.Contains(request, hex.EncodeToString(trace.ID[:])) {
					t.Errorf("a job that is not traced says %s", request)
				}
			}
		})
	}
	if (*workload.Traceparent)(nil).Sent() {
		t.Error("no traceparent, and it was told")
	}
}
