package engine

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

var someTrace = aurea.Trace{ID: [16]byte{0xab, 15: 1}, Run: [8]byte{2}}

// One job in a hundred is picked, by its number, and at most ten a second.
func TestTracingPicks(t *testing.T) {
	tracing := &tracing{trace: someTrace}
	picked := func(at time.Duration, jobs ...int64) (n int) {
		for _, job := range jobs {
			if tracing.pick(job, at) != nil {
				n++
			}
		}
		return n
	}
	if n := picked(0, 1, 99, 101, 150); n != 0 {
		t.Errorf("%d jobs were picked whose number is no multiple of %d", n, aurea.TraceEvery)
	}
	var hundredths []int64
	for i := range int64(25) {
		hundredths = append(hundredths, i*aurea.TraceEvery)
	}
	for _, second := range []time.Duration{0, 1, 5} {
		if n := picked(second*time.Second+time.Millisecond, hundredths...); n != 10 {
			t.Errorf("%d picked in second %d, want 10", n, second)
		}
	}
	if n := picked(5*time.Second+999*time.Millisecond, 100); n != 0 {
		t.Error("an 11th job was picked in the same second")
	}
	if n := picked(6*time.Second, 100); n != 1 {
		t.Error("no job was picked in the next second")
	}
	tracing.trace = someTrace.Shard(4)
	if n := picked(7*time.Second, hundredths...); n != 2 {
		t.Errorf("one of 4 shards picked %d in a second, want 2", n)
	}
	if tracing = nil; picked(0, 0) != 0 || tracing.take() != nil {
		t.Error("a job of an untraced run was picked")
	}
}

// The trace context that a service receives is reported for the job, once, with
// its times and outcome. A failed job has its error.
func TestTracedJobs(t *testing.T) {
	var mu sync.Mutex
	received := map[string]int{}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if parent := r.Header.Get("Traceparent"); parent != "" {
			received[parent]++
		}
		if r.URL.Path == "/200" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer service.Close()
	for _, traced := range []bool{true, false} {
		clear(received)
		p := plan(t, `{"num_jobs": 350, "rate": 2000, "concurrency": 20, "workload": {"kind": "http", "url": "`+service.URL+`/{{job}}"}}`)
		if traced {
			p.Trace = &someTrace
		}
		var jobs []aurea.TracedJob
		begin := time.Now()
		if _, err := New("", everyKind).run(t.Context(), p, nil,
			func(p aurea.Progress) { jobs = append(jobs, p.Traced...) }); err != nil {
			t.Fatal(err)
		}
		if !traced {
			if len(jobs) > 0 || len(received) > 0 {
				t.Errorf("an untraced run reports %v, and the service received %v", jobs, received)
			}
			continue
		}
		slices.SortFunc(jobs, func(a, b aurea.TracedJob) int { return int(a.Job - b.Job) })
		if len(jobs) != 4 || len(received) != 4 {
			t.Fatalf("%d jobs are reported, the service received %d trace contexts, want 4", len(jobs), len(received))
		}
		for i, job := range jobs {
			span := someTrace.Span(job.Job)
			parent := fmt.Sprintf("00-%s-%s-01", hex.EncodeToString(someTrace.ID[:]), hex.EncodeToString(span[:]))
			if job.Job != int64(i)*100 || received[parent] != 1 {
				t.Errorf("report %d is of job %d, and the service received %v", i, job.Job, received)
			}
			if job.Start.Before(begin) {
				t.Errorf("job %d started at %v, before the run at %v", job.Job, job.Start, begin)
			}
			if !job.End.After(job.Start) {
				t.Errorf("job %d lasted from %v to %v", job.Job, job.Start, job.End)
			}
			if job.End.After(time.Now()) {
				t.Errorf("job %d ends in the future, at %v", job.Job, job.End)
			}
			failed := job.Job == 200
			if (job.Outcome == aurea.Failed) != failed || strings.Contains(job.Problem, "418") != failed {
				t.Errorf("job %d ended %v: %s", job.Job, job.Outcome, job.Problem)
			}
		}
	}
}

// Jobs that make no requests are not reported, in either driver.
func TestUntracedKinds(t *testing.T) {
	for _, kind := range []string{`{"kind": "noop"}`, `{"kind": "steps", "steps": [{"kind": "noop"}]}`} {
		p := plan(t, `{"num_jobs": 101, "workload": `+kind+`}`)
		p.Trace = &someTrace
		if _, err := New("", everyKind).run(t.Context(), p, nil, func(p aurea.Progress) {
			if len(p.Traced) > 0 {
				t.Errorf("%s: %v", kind, p.Traced)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}
