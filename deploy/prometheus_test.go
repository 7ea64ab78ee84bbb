package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A result is what the tests look at of a run's result.
type result struct {
	Throughput  float64
	MeanLatency float64 `json:"mean_latency"`
	TotalCost   float64 `json:"total_cost"`
	Latency     struct{ P50, P90, P95, P99, P999 float64 }
	Counts      struct{ Planned, OK, Timeout float64 }
	Validity    struct{ State string }
}

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

// abandon starts a run and goes away, which cancels it.
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
		_ = response.Body.Close() // the answer was not wanted
		t.Fatalf("%s ended before it was abandoned", spec)
	}
}

// A prometheus is a running one's URL.
type prometheus string

// startPrometheus starts a real Prometheus with a copy of the shipped
// configuration, and another file of targets beside it.
func startPrometheus(t *testing.T, target string) prometheus {
	t.Helper()
	program := aureatest.Need(t, "prometheus")
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yaml")
	write(t, config, read(t, "deploy/prometheus/prometheus.yaml"))
	write(t, filepath.Join(dir, "targets", "aurea.json"), fmt.Sprintf(`[{"targets": [%q]}]`, target))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	command := exec.CommandContext(t.Context(), program, // killed when the test ends
		"--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address)
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Wait() // it was killed
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return prometheus("http://" + address)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A series is one line of a picture.
type series struct {
	Metric map[string]string
	Value  [2]any   // of a query of one moment: time, number
	Values [][2]any // of a query of a stretch of time
}

// get asks the query API.
func (p prometheus) get(path string, query url.Values) ([]series, error) {
	response, err := http.Get(string(p) + path + "?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	var answer struct {
		Error string
		Data  struct{ Result []series }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", response.Status, err)
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	return answer.Data.Result, nil
}

// now evaluates an expression as it stands. The number of every series is found
// by its labels' values: those named, joined by a blank.
func (p prometheus) now(expr string, labels ...string) (map[string]float64, error) {
	found, err := p.get("/api/v1/query", url.Values{"query": {expr}})
	if err != nil {
		return nil, err
	}
	numbers := map[string]float64{}
	for _, s := range found {
		var key []string
		for _, label := range labels {
			key = append(key, s.Metric[label])
		}
		numbers[strings.Join(key, " ")] = number(s.Value)
	}
	return numbers, nil
}

func number(sample [2]any) float64 {
	text, _ := sample[1].(string)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return value
}

// await waits until a sum is what it should be.
func (p prometheus) await(t *testing.T, expr string, want float64) {
	t.Helper()
	var got map[string]float64
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got, err = p.now(expr); err == nil && len(got) == 1 && got[""] == want {
			return
		}
	}
	t.Fatalf("%s is %v, %v; want %v", expr, got, err, want)
}

// asGrafana fills in what Grafana fills in.
var asGrafana = strings.NewReplacer("$__rate_interval", "1m", "$instance", ".*", "$workload", ".*")

// The shipped configuration scrapes the service, and every picture of the
// dashboard shows the numbers that the runs had.
func TestDashboardOnPrometheus(t *testing.T) {
	service, _ := aureatest.Serve(t)
	p := startPrometheus(t, strings.TrimPrefix(service, "http://"))

	// A rate needs two scrapes that differ: one after these runs,
	results := []result{
		run(t, service, `{"num_jobs": 50, "job_duration_ms": 20, "include_jobs": false}`),
		run(t, service, `{"num_jobs": 30, "workload": {"kind": "noop"}, "include_jobs": false}`),
	}
	p.await(t, "sum(benchmark_jobs_total)", 80)
	// and one after these. About half the jobs of the last one take too long.
	abandon(t, service, `{"num_jobs": 10, "job_duration_ms": 60000}`)
	results = append(results,
		run(t, service, `{"num_jobs": 20, "job_duration_ms": 100, "timeout": "10ms"}`),
		run(t, service, `{"num_jobs": 50, "job_duration_ms": 20, "include_jobs": false}`),
		run(t, service, `{"num_jobs": 50, "job_duration_ms": 20, "timeout": "20ms", "seed": 1}`))
	p.await(t, "sum(benchmark_jobs_total)", 210)

	b := dashboard(t)
	t.Run("every picture", func(t *testing.T) { everyPicture(t, p, b) })
	t.Run("numbers", func(t *testing.T) { rightNumbers(t, p, b, results) })
}

// everyPicture draws every expression as Grafana does: over a stretch of time,
// or at this moment where the panel says so.
func everyPicture(t *testing.T, p prometheus, b board) {
	end := time.Now().UTC()
	for _, panel := range b.Panels {
		for _, q := range panel.Targets {
			expr := asGrafana.Replace(q.Expr)
			path, values := "/api/v1/query", url.Values{"query": {expr}}
			if !q.Instant {
				path += "_range"
				values.Set("start", end.Add(-2*time.Minute).Format(time.RFC3339Nano))
				values.Set("end", end.Format(time.RFC3339Nano))
				values.Set("step", "1")
			}
			found, err := p.get(path, values)
			if err != nil {
				t.Errorf("%s: %s: %v", panel.Title, expr, err)
				continue
			}
			finite := 0
			for _, s := range found {
				for _, sample := range append(s.Values, s.Value) {
					if value := number(sample); !math.IsNaN(value) && !math.IsInf(value, 0) {
						finite++
					}
				}
			}
			if finite == 0 {
				t.Errorf("%s shows nothing: %d series without a number for %s", panel.Title, len(found), expr)
			}
		}
	}
}

// rightNumbers compares what panels show with what the runs answered.
func rightNumbers(t *testing.T, p prometheus, b board, results []result) {
	last := results[len(results)-1]
	var planned, timeouts, ok, cost float64
	for _, r := range results {
		planned += r.Counts.Planned
		timeouts += r.Counts.Timeout
		ok += r.Counts.OK
		cost += r.TotalCost
	}
	if planned != 200 || last.Counts.Timeout == 0 || last.Counts.OK == 0 {
		t.Fatalf("%v jobs planned, want 200; %+v in the last run, want some ok and some timeouts", planned, last.Counts)
	}
	validity := map[string]float64{"valid": 1, "degraded": 0.5, "invalid": 0}[last.Validity.State]
	outcomes := map[string]float64{"ok": ok, "timeout": timeouts, "failed": 0, "cancelled": 10, "dropped": 0, "lost": 0}
	quantiles := map[string]float64{"0.5": last.Latency.P50, "0.9": last.Latency.P90, "0.95": last.Latency.P95, "0.99": last.Latency.P99, "0.999": last.Latency.P999}
	one := func(value float64) map[string]float64 { return map[string]float64{"": value} }

	same := func(name, expr string, want map[string]float64, labels ...string) {
		got, err := p.now(expr, labels...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
		for key, value := range want {
			if found, there := got[key]; !there || math.Abs(found-value) > 1e-9*(1+math.Abs(value)) {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
	}
	shows := func(title string, query int, want map[string]float64, labels ...string) {
		for _, panel := range b.Panels {
			if panel.Title == title {
				same(title, asGrafana.Replace(panel.Targets[query].Expr), want, labels...)
				return
			}
		}
		t.Errorf("no panel %q", title)
	}
	same("jobs", "sum by (outcome) (benchmark_jobs_total)", outcomes, "outcome")
	same("latencies", "sum(benchmark_job_latency_seconds_count)", one(ok))
	same("delays", "sum(benchmark_job_delay_seconds_count)", one(planned)) // of jobs that ended by themselves
	shows("Finished runs", 0, map[string]float64{"sleep completed": 4, "noop completed": 1, "sleep cancelled": 1}, "workload", "status")
	shows("Throughput", 0, one(last.Throughput))
	shows("Mean latency", 0, one(last.MeanLatency))
	shows("Jobs in flight", 0, one(0))
	shows("Runs", 0, one(0))
	shows("Runs", 1, one(0))
	shows("Validity", 0, one(validity))
	shows("Throughput of the run", 0, one(last.Throughput))
	shows("Errors of the run", 0, one(last.Counts.Timeout/last.Counts.Planned))
	shows("Cost of the run", 0, map[string]float64{"USD": last.TotalCost}, "currency")
	shows("Latency of the run", 0, quantiles, "quantile")
	shows("Last 20 runs", 0, map[string]float64{"sleep completed": 1, "noop completed": 1, "sleep cancelled": 1}, "workload", "status")

	// The abandoned run cost something too, but nobody was there to be told.
	spent, err := p.now("sum(benchmark_cost_total)")
	if err != nil || spent[""] < cost || spent[""] > cost+0.01 {
		t.Errorf("spent %v, %v; want a little more than %v", spent, err, cost)
	}
}
