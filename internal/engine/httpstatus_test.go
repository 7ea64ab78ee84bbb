package engine

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// The result counts all responses by status, and failed jobs by the status that
// was not expected, in whichever step of the job.
func TestHTTPStatuses(t *testing.T) {
	var turn atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/turns":
			w.WriteHeader([]int{200, 404, 429, 503}[(turn.Add(1)-1)%4])
		case "/away":
			http.Redirect(w, r, "/418", http.StatusFound)
		case "/accept":
			w.Header().Set("Location", "/502")
			w.WriteHeader(http.StatusAccepted)
		default:
			status, _ := strconv.Atoi(r.URL.Path[1:])
			w.WriteHeader(status)
		}
	}))
	defer server.Close()
	call := func(path, more string) string {
		return fmt.Sprintf(`{"kind": "http", "url": "%s%s"%s}`, server.URL, path, more)
	}
	for name, test := range map[string]struct {
		workload         string
		statuses, errors map[string]int64
	}{
		"turns": {call("/turns", ""), map[string]int64{"200": 10, "404": 10, "429": 10, "503": 10},
			map[string]int64{"status_404": 10, "status_429": 10, "status_503": 10}},
		"expected": {call("/404", `, "expect": {"status": 404}`), map[string]int64{"404": 40}, map[string]int64{}},
		"redirect": {call("/away", `, "redirects": 1`), map[string]int64{"302": 40, "418": 40},
			map[string]int64{"status_418": 40}},
		"poll": {call("/accept", `, "poll": {}`), map[string]int64{"202": 40, "502": 40},
			map[string]int64{"status_502": 40}},
		"steps": {
			`{"kind": "steps", "steps": [` + call("/201", "") + `,` + call("/410", "") + `,` + call("/200", "") + `]}`,
			map[string]int64{"201": 40, "410": 40}, map[string]int64{"status_410": 40}},
		"mix": {`{"kind": "mix", "parts": [{"weight": 1, "workload": ` + call("/500", "") + `}]}`,
			map[string]int64{"500": 40}, map[string]int64{"status_500": 40}},
		"no answer": {fmt.Sprintf(`{"kind": "http", "url": %q}`, refused(t)), map[string]int64{},
			map[string]int64{"connect": 40}},
	} {
		t.Run(name, func(t *testing.T) {
			r := execute(t.Context(), t, New("", everyKind),
				`{"num_jobs": 40, "concurrency": 1, "workload": `+test.workload+`}`)
			statuses, classes := map[string]int64{}, map[string]int64{}
			for _, s := range r.Statuses {
				statuses[s.Name] = s.Value
			}
			for _, e := range r.Errors {
				classes[e.Class] = e.Count
			}
			if diff := cmp.Diff(test.statuses, statuses); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.errors, classes); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
	r := execute(t.Context(), t, New("", everyKind),
		`{"num_jobs": 4, "concurrency": 1, "workload": `+call("/turns", "")+`}`)
	if want := (param.Named[int64]{{Name: "200", Value: 1}, {Name: "404", Value: 1}, {Name: "429", Value: 1},
		{Name: "503", Value: 1}}); !cmp.Equal(r.Statuses, want) {
		t.Errorf("statuses %v, want them in order: %v", r.Statuses, want)
	}
}
