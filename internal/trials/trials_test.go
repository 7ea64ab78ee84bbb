package trials

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
)

// serveVariable makes the test's binary a system under test: it listens at the
// address.
const serveVariable = "TRIALS_TEST_SERVE"

func TestMain(m *testing.M) {
	if address := os.Getenv(serveVariable); address != "" {
		err := http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/broken" {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}))
		fmt.Println(err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// runOf returns a completed run with a latency in seconds.
func runOf(id string, spec aurea.Spec, latency float64) aurea.Run {
	return aurea.Run{Status: aurea.StatusCompleted, Result: &aurea.Result{
		ID: id, Status: aurea.StatusCompleted, Spec: spec, Model: aurea.Closed,
		Counts: aurea.Counts{Planned: 2000, OK: 2000}, Throughput: 8 / latency, MeanLatency: latency,
		Latency:  aurea.Summary{Count: 2000, Mean: latency, P50: latency, P90: latency, P99: latency, P999: latency},
		Cost:     aurea.Cost{PerMillionJobs: latency},
		Validity: aurea.Validity{State: aurea.Valid},
	}}
}

// counted returns an Execute whose nth run, from 1, is what run returns for it.
func counted(run func(n int, spec aurea.Spec) aurea.Run) Execute {
	n := 0
	return func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		n++
		return run(n, spec), nil
	}
}
