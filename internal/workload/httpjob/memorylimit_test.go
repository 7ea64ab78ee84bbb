package httpjob

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A plan whose jobs in flight would keep or render more than the memory limit is
// refused with the numbers. A plan that fits or keeps nothing is accepted.
func TestHTTPMemoryIsCounted(t *testing.T) {
	set := with(workload.Policy{MaxMemory: 64 << 20})
	body := strings.Repeat("x", 100<<10)
	for _, test := range []struct {
		parameters string
		inFlight   int64
		want       string
	}{
		{`"expect": {"json": {"path": "$.a"}}`, 64, ""},
		{`"expect": {"json": {"path": "$.a"}}`, 65, "workload.max_bytes: is too much: 65 in flight"},
		{`"expect": {"json": {"path": "$.a"}}, "connections": 64`, 1000, ""},
		{
			`"expect": {"json": {"path": "$.a"}}, "connections": 65`, 65,
			"workload.max_bytes: is too much: 65 in flight with 0 bytes of memory each for a body that is rendered, " +
				"and 65 with 1 MiB each for an answer that is looked into; " +
				"this host gives all jobs together 64 MiB of memory (--max-memory); give max_bytes",
		},
		{`"expect": {"json": {"path": "$.a"}}, "connections": 65, "max_bytes": 1000`, 65, ""},
		{`"expect": {"json": {"path": "$.a"}}, "version": "2"`, 65, "workload.max_bytes: is too much"},
		{`"poll": {"url": "$.u"}, "connections": 1000`, 1000, "workload.max_bytes: is too much"},
		{`"poll": {}, "connections": 1000`, 1000, "workload.max_bytes: is too much"},
		{`"expect": {"contains": "x"}, "connections": 1000`, 1000, ""},
		{`"connections": 1000`, 1000, ""},
		{
			`"body": "{{job}} ` + body + `", "connections": 10`, 1000,
			"workload.body: is too much: 1000 in flight with 300 KiB of memory each",
		},
		{`"body": "{{job}} ` + body + `", "connections": 10`, 100, ""},
		{`"body": "` + body + `", "connections": 10`, 1000, ""},
		{
			`"body": "` + body + `", "headers": {"X-Job": "{{job}}"}, "connections": 10`, 1000,
			"workload.body: is too much",
		},
	} {
		parameters := workloadtest.Parse(t, `{"url": "http://127.0.0.1:1/", `+test.parameters+`}`)
		got := workloadtest.Refusal(set, call(parameters), test.inFlight)
		if (got == "") != (test.want == "") || !strings.HasPrefix(got, test.want) {
			t.Errorf("%.80s, %d in flight: %q, want %q", test.parameters, test.inFlight, got, test.want)
		}
	}
}

// If a plan does not limit its jobs in flight, their memory is counted while they
// run.
func TestHTTPMemoryOfOpenRuns(t *testing.T) {
	arrived, respond := make(chan bool), make(chan bool)
	server := serve(t, func(http.ResponseWriter, *http.Request) { arrived <- true; <-respond })
	parameters := fmt.Sprintf(`{"url": %q, "body": "{{job}} %s"}`, server.URL, strings.Repeat("x", 1<<20))
	jobs := workloadtest.Open(t, with(workload.Policy{MaxMemory: 4 << 20}), call(workloadtest.Parse(t, parameters)))
	first := make(chan workloadtest.Outcome, 1)
	go func() { first <- runOf(t, jobs, 0) }()
	<-arrived
	second := runOf(t, jobs, 1)
	if second.Class() != "limit" {
		t.Errorf("a job beyond the limit: class %q (%v), want limit", second.Class(), second.Err)
	}
	respond <- true
	if o := <-first; o.Err != nil {
		t.Errorf("the job within the limit: %v", o.Err)
	}
	go func() { <-arrived; respond <- true }()
	if o := runOf(t, jobs, 2); o.Err != nil {
		t.Errorf("a job after the first has ended: %v", o.Err)
	}
}
