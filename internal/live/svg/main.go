// Command svg makes docs/live.svg: the live view of a real run, as the README
// shows it. The run calls a small shop on this machine for a minute.
//
//	go run ./internal/live/svg >docs/live.svg
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/live"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
)

// The size of the picture, in cells, and when in the run it is taken.
const (
	columns = 100
	rows    = 33
	taken   = 58 * time.Second
)

// spec is the run: a mix of two requests; the second one fails now and then.
const spec = `{
  "name": "checkout", "seed": 7,
  "rate": 200, "arrival": "poisson", "duration": "90s", "warmup": "5s", "concurrency": 100,
  "thresholds": ["p99 < 250ms", "error_rate < 0.1%%", "parts.search.p99 < 250ms"], "include_jobs": false,
  "workload": {"kind": "mix", "parts": [
    {"name": "search", "weight": 3, "workload": {"kind": "http", "url": "%[1]s/search"}},
    {"name": "order", "weight": 1, "workload": {"kind": "http", "url": "%[1]s/order", "method": "POST"}}]}}`

func main() {
	log.SetFlags(0)
	state, err := run()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(picture(live.Lines(state, columns, rows), columns)); err != nil {
		log.Fatal(err)
	}
}

// run executes the run and returns its state at the moment of the picture.
func run() (state live.State, err error) {
	shop := httptest.NewServer(http.HandlerFunc(serve))
	defer shop.Close()
	decoded, err := aurea.DecodeSpec(fmt.Appendf(nil, spec, shop.URL))
	if err != nil {
		return state, err
	}
	options := kinds.Options{Policy: workload.Policy{}, Targets: egress.AllowAll()}
	manager := runs.New(engine.New("svg", kinds.New(options)), runs.Options{})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Run(ctx) }()
	state.Keys = true
	watched, enough := context.WithCancel(ctx)
	run, err := manager.Do(watched, decoded, func(run aurea.Run) {
		if watched.Err() == nil {
			state.Add(run)
		}
		if run.Progress.Elapsed >= taken.Seconds() {
			enough()
		}
	})
	stop()
	if stopped := <-ended; err == nil {
		err = stopped
	}
	if err == nil && run.Result == nil {
		err = fmt.Errorf("the run failed: %s", run.Error)
	}
	return state, err
}

// serve answers as a shop does whose load comes in waves and whose orders fail
// in one of fifty cases.
func serve(w http.ResponseWriter, r *http.Request) {
	wave := float64(time.Now().UnixMilli()%8000) / 8000
	took := 4 + 10*rand.ExpFloat64()*(0.6+wave)
	if r.URL.Path == "/order" {
		took += 12
	}
	time.Sleep(time.Duration(took * float64(time.Millisecond)))
	if r.URL.Path == "/order" && rand.IntN(50) == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "one page of the shop")
}
