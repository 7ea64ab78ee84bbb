package server

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// eventReaders is how many read the events of a watched run.
const eventReaders = 100

// BenchmarkWatchedRun measures what watching costs a run whose jobs do nothing.
// Watched are 48 runs of two seconds on two cores, in turns with 48 that are not:
// by 100 readers of events, the client that a live view draws from, a scraper
// and a page. They connect, and the page opens, in the first second, which warms
// up. watched/alone is the throughput of the first by that of the others: 1 is no
// cost, the goal is 0.98. Beside it stand the limits of its 95 % interval.
// readers-ms/s is the CPU time, on both sides, of all but the page for each second
// of a run with little to do. BenchmarkLiveView measures the drawing.
func BenchmarkWatchedRun(b *testing.B) {
	s := serve(b, runs.Options{})
	w := newWatchers(b, s)
	tab := openTab(b, anyRefused)
	tab.do(chromedp.Navigate(s.URL + "/#/nowhere"))
	throughput := func(watched bool) func() float64 {
		return func() float64 {
			id := s.submit(`{"workload": {"kind": "noop"}, "warmup": "1s", "duration": "2s", "concurrency": 2,
				"include_jobs": false}`)["id"].(string)
			if watched {
				defer w.watch(id)()
				tab.leaveFor("#/runs/" + id)
				defer tab.leaveFor("#/nowhere")
			}
			run, err := s.manager.Wait(b.Context(), id)
			if err != nil {
				b.Fatal(err)
			}
			return run.Result.Throughput
		}
	}
	all := figures{}
	for b.Loop() {
		w.cost(true) // compiles the schemas that the test compares answers with
		all.add("readers-ms/s", w.cost(true)-w.cost(false))
		aureatest.MeasureRatio(24, throughput(true), throughput(false)).Report(b, "watched/alone")
	}
	all.report(b)
}

// watchers watch one run after the other, over the same connections.
type watchers struct {
	b       *testing.B
	service *service
	readers *http.Client
	view    *client.Client
}

func newWatchers(b *testing.B, s *service) *watchers {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: eventReaders + 1}
	b.Cleanup(transport.CloseIdleConnections)
	view, err := client.New(s.URL, "")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(view.Close)
	return &watchers{b, s, &http.Client{Transport: transport}, view}
}

// watch reads the events of a run to its end, as all watchers do, and scrapes
// the metrics once a second until wait is called. wait returns when all have
// seen the end.
func (w *watchers) watch(id string) (wait func()) {
	var watching sync.WaitGroup
	for range eventReaders {
		watching.Go(func() { w.get("/v1/runs/" + id + "/events") })
	}
	watching.Go(func() {
		for _, err := range w.view.Watch(w.b.Context(), id, 0) {
			if err != nil {
				w.b.Errorf("the view: %v", err)
			}
		}
	})
	over := make(chan struct{})
	watching.Go(func() {
		for {
			w.get("/metrics")
			select {
			case <-over:
				return
			case <-time.After(time.Second):
			}
		}
	})
	return func() {
		close(over)
		watching.Wait()
	}
}

// get reads a response to its end.
func (w *watchers) get(path string) {
	response, err := w.readers.Get(w.service.URL + path)
	if err != nil {
		w.b.Error(err)
		return
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		w.b.Errorf("%s: %d, %v", path, response.StatusCode, err)
	}
}

// cost returns the CPU time of this process in milliseconds for a second of a
// run with little to do.
func (w *watchers) cost(watched bool) float64 {
	const seconds = 5
	before := platform.ProcessCPU()
	id := w.service.submit(`{"workload": {"kind": "noop"}, "rate": 10, "duration": "5s"}`)["id"].(string)
	wait := func() {}
	if watched {
		wait = w.watch(id)
	}
	if _, err := w.service.manager.Wait(w.b.Context(), id); err != nil {
		w.b.Fatal(err)
	}
	wait()
	return (platform.ProcessCPU() - before).Seconds() * 1e3 / seconds
}
