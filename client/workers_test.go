package client_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// Workers reads the list of GET /v1/workers, and sends it again when the
// service is unavailable.
func TestWorkers(t *testing.T) {
	asked := 0
	c := connect(t, "", func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.Method+" "+r.URL.Path != "GET /v1/workers" {
			t.Errorf("the request is %s %s", r.Method, r.URL.Path)
		}
		_, _ = io.WriteString(w, `{"workers": [{"id": "a1", "name": "one", "state": "idle", "labels": {"zone": "a"},
			"bound": 0.5, "last_seen": "2026-11-28T12:00:00Z", "added later": 1}]}`)
	})
	got, err := c.Workers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []aurea.Worker{{ID: "a1", Name: "one", State: aurea.WorkerIdle, Labels: map[string]string{"zone": "a"},
		Bound: 0.5, LastSeen: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("workers (-want +got):\n%s", diff)
	}
}
