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

// recordTraceparents starts a service that records the path and the traceparent
// of each request. It redirects /redirect, and accepts a job at /jobs.
func recordTraceparents(t *testing.T) (url string, recorded func() []string) {
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

// tracedJobs are workloads and the requests of their job 7, with $OWN for the
// traceparent of that job.
var tracedJobs = []struct {
	name, workload string
	want           []string
	sent           bool // the job sends its own traceparent
}{
	{"plain", `{"kind": "http", "url": "$URL/"}`, []string{"/ $OWN"}, true},
	{"fields", `{"kind": "http", "url": "$URL/{{job}}"}`, []string{"/7 $OWN"}, true},
	{
		"redirect", `{"kind": "http", "url": "$URL/redirect", "redirects": 1}`,
		[]string{"/redirect $OWN", "/there $OWN"}, true,
	},
	{
		"poll", `{"kind": "http", "url": "$URL/jobs", "body": {}, "poll": {}}`,
		[]string{"/jobs $OWN", "/jobs/1 $OWN"}, true,
	},
	{
		"own header", `{"kind": "http", "url": "$URL/", "headers": {"TraceParent": "mine"}}`,
		[]string{"/ mine"}, false,
	},
	{
		"step", `{"kind": "steps", "steps": [{"kind": "noop"},
			{"kind": "http", "url": "$URL/a"}, {"kind": "http", "url": "$URL/b"}]}`,
		[]string{"/a $OWN", "/b $OWN"}, true,
	},
	{
		"part", `{"kind": "mix", "parts": [{"workload": {"kind": "http", "url": "$URL/"}}]}`,
		[]string{"/ $OWN"}, true,
	},
	{
		"slow", `{"kind": "http", "url": "$URL/", "failure": {"rate": 1, "kind": "slow", "factor": 1.5}}`,
		[]string{"/ $OWN"}, true,
	},
	{"no request", `{"kind": "steps", "steps": [{"kind": "noop"}]}`, nil, false},
}

// A traced job sends its traceparent with every request, unless the user's own
// headers have one. Other jobs send none.
func TestTraceparent(t *testing.T) {
	trace := aurea.Trace{ID: [16]byte{1, 2, 15: 0xff}}
	span := trace.Span(7)
	own := "00-010200000000000000000000000000ff-" + hex.EncodeToString(span[:]) + "-01"
	for _, test := range tracedJobs {
		t.Run(test.name, func(t *testing.T) {
			url, recorded := recordTraceparents(t)
			w := workloadtest.Workload(t, strings.ReplaceAll(test.workload, "$URL", url))
			jobs := workloadtest.Open(t, local, w)
			ctx := workload.NewJobContext(t.Context())
			parent := workload.NewTraceparent(trace, 7)
			traced := ctx.Until(time.Now().Add(time.Minute)).TracedAs(parent)
			if err := jobs.Runner.Run(traced, 7, workload.JobMetrics{}); err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, request := range test.want {
				want = append(want, strings.ReplaceAll(request, "$OWN", own))
			}
			if diff := cmp.Diff(want, recorded()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if sent := parent.Sent(); sent != test.sent {
				t.Errorf("Sent = %v, want %v", sent, test.sent)
			}
			before := len(recorded())
			if err := jobs.Runner.Run(ctx.Until(time.Time{}), 7, workload.JobMetrics{}); err != nil {
				t.Fatal(err)
			}
			for _, request := range recorded()[before:] {
				if strings.Contains(request, hex.EncodeToString(trace.ID[:])) {
					t.Errorf("a job that is not traced sends %s", request)
				}
			}
		})
	}
	if (*workload.Traceparent)(nil).Sent() {
		t.Error("a nil traceparent was sent")
	}
}
