package deploy_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A result is the part of a run's result that the tests use.
type result struct {
	ID          string `json:"benchmark_id"`
	Throughput  float64
	Duration    float64
	MeanLatency float64   `json:"mean_latency"`
	TotalCost   float64   `json:"total_cost"`
	Start       time.Time `json:"start_time"`
	End         time.Time `json:"end_time"`
	Latency     quantiles
	ServiceTime quantiles `json:"service_time"`
	Delay       quantiles
	Counts      map[string]float64
	Errors      []struct {
		Class string
		Count float64
	}
	Series   []point
	Validity struct{ State string }
	Verdict  string
	Workers  struct{ Spread, Bound float64 }
}

// A point is an interval of a run.
type point struct{ Throughput float64 }

// quantiles are those of a histogram of the result, in seconds.
type quantiles struct{ P50, P90, P95, P99, P999 float64 }

// run runs a benchmark and returns its result.
func run(t *testing.T, server, spec string) (r result) {
	t.Helper()
	response, err := http.Post(server+"/benchmark/run", "application/json", strings.NewReader(spec))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v, %s\n%s", spec, err, response.Status, body)
	}
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// abandon starts a run and closes the connection, which cancels the run.
func abandon(t *testing.T, server, spec string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/benchmark/run", strings.NewReader(spec))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close() // the response is not needed
		t.Fatalf("%s ended before it was abandoned", spec)
	}
}
