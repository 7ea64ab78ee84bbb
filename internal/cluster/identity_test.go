package cluster_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A target responds to jobs as their URL asks for, and remembers the URLs.
type target struct {
	*httptest.Server
	mu   sync.Mutex
	urls []string
}

func startTarget(t *testing.T) *target {
	t.Helper()
	var target target
	target.Server = httptest.NewServer(&target)
	t.Cleanup(target.Close)
	return &target
}

func (s *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.urls = append(s.urls, r.RequestURI)
	s.mu.Unlock()
	switch r.FormValue("as") {
	case "failed":
		w.WriteHeader(http.StatusInternalServerError)
	case "slow":
		<-r.Context().Done() // until the job gives up
	}
}

// seen returns how many requests there were since the last take.
func (s *target) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.urls)
}

// take returns the URLs of the requests since the last call, sorted.
func (s *target) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	urls := s.urls
	s.urls = nil
	slices.Sort(urls)
	return urls
}

// calls returns a workload whose jobs call the target. Each has parameters of its
// own, and takes one of the words as the response that it asks for.
func (s *target) calls(words string) string {
	return fmt.Sprintf(`{"kind": "http", "method": "GET",
		"url": "%s/?job={{job}}&n={{int 1 1000000}}&x={{float 0 1}}&id={{uuid}}&as={{choice %s}}"}`, s.URL, words)
}

// Law: a run on any number of workers is the run on one machine. It has the same
// counts, its jobs have the same parameters and the same outcomes, and jobs of an
// open plan are due at the same moments. Ends and timeouts are far from any job's,
// so that a slow machine changes nothing.
func TestRunIsTheSameOnWorkers(t *testing.T) {
	target := startTarget(t)
	services := map[int]*service{}
	for _, n := range []int{1, 2, 4, 8} {
		services[n] = startService(t, n)
	}
	for name, spec := range map[string]string{
		"closed": `{"num_jobs": 400, "concurrency": 20, "workload": ` + target.calls("ok ok failed") + `}`,
		"ramped": `{"stages": [{"rate": 0, "duration": "100ms"}, {"rate": 1000, "duration": "400ms"},
			{"rate": 0, "duration": "5s"}], "num_jobs": 300, "workload": ` + target.calls("ok") + `}`,
		"poisson with warm-up": `{"rate": 800, "arrival": "poisson", "num_jobs": 400, "warmup": "200ms",
			"workload": ` + target.calls("ok ok failed") + `}`,
		"timeouts and failures": `{"num_jobs": 100, "concurrency": 24, "timeout": "1s",
			"workload": ` + target.calls("ok ok ok ok ok failed failed slow") + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			local := execute(t, services[1].engine, spec)
			want, requests := recordsOf(t, local), target.take()
			if int64(len(requests)) != planOf(t, spec).Jobs {
				t.Fatalf("%d requests of %d jobs", len(requests), planOf(t, spec).Jobs)
			}
			for n, s := range services {
				merged := executeOnce(t, s.dispatcher, spec, func() { target.take() })
				if got := len(merged.Workers.Of); got != n {
					t.Fatalf("%d workers took part, want %d", got, n)
				}
				if diff := cmp.Diff(requests, target.take()); diff != "" {
					t.Errorf("requests of %d workers (-local +merged):\n%s", n, diff)
				}
				if diff := cmp.Diff(local.Tally.Counts, merged.Tally.Counts); diff != "" {
					t.Errorf("counts of %d workers (-local +merged):\n%s", n, diff)
				}
				if diff := cmp.Diff(local.Warmup.Counts, merged.Warmup.Counts); diff != "" {
					t.Errorf("counts in the warm-up of %d workers (-local +merged):\n%s", n, diff)
				}
				compareRecords(t, n, planOf(t, spec), want, recordsOf(t, merged))
			}
		})
	}
}

// compareRecords compares the jobs and their outcomes, and of an open plan when
// they were due.
func compareRecords(t *testing.T, workers int, plan aurea.Plan, want, got []aurea.JobRecord) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d workers have %d records, want %d", workers, len(got), len(want))
	}
	due := func(job aurea.JobRecord) time.Duration {
		if plan.Open() {
			return job.Intended
		}
		return 0
	}
	for i, job := range got {
		if job.Index != want[i].Index || job.Outcome != want[i].Outcome {
			t.Fatalf("%d workers: job %d is %s, want job %d, %s",
				workers, job.Index, job.Outcome, want[i].Index, want[i].Outcome)
		}
		if due(job) != due(want[i]) {
			t.Fatalf("%d workers: job %d is due at %s, want %s", workers, job.Index, due(job), due(want[i]))
		}
	}
}
