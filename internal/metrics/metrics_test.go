package metrics

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	acceptText        = "text/plain;version=0.0.4"
	acceptOpenMetrics = "application/openmetrics-text;version=1.0.0"
	acceptProtobuf    = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
)

// testEnv is a machine with recognizable values.
var testEnv = aurea.Environment{Version: "1.2.3", Cores: 48}

func handler(t testing.TB, stats func() aurea.Stats) http.Handler {
	t.Helper()
	h, err := New(stats, testEnv, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func constantStats(stats aurea.Stats) func() aurea.Stats { return func() aurea.Stats { return stats } }

func get(t testing.TB, h http.Handler, accept string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", accept)
	response := httptest.NewRecorder()
	h.ServeHTTP(response, request)
	if response.Code != http.StatusOK {
		t.Fatalf("%d: %s", response.Code, response.Body)
	}
	return response
}

// scrape gets the metrics in a form that expfmt reads.
func scrape(t testing.TB, h http.Handler, accept string) map[string]*dto.MetricFamily {
	t.Helper()
	response := get(t, h, accept)
	families := map[string]*dto.MetricFamily{}
	decoder := expfmt.NewDecoder(response.Body, expfmt.ResponseFormat(response.Header()))
	for {
		family := &dto.MetricFamily{}
		if err := decoder.Decode(family); errors.Is(err, io.EOF) {
			return families
		} else if err != nil {
			t.Fatal(err)
		}
		families[family.GetName()] = family
	}
}

// series returns the values of counters and gauges, and the counts, sums and
// buckets of histograms, by name and labels.
func series(families map[string]*dto.MetricFamily) map[string]float64 {
	values := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, pair := range metric.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", pair.GetName(), pair.GetValue()))
			}
			at := name + "{" + strings.Join(labels, ",") + "}"
			if h := metric.GetHistogram(); h != nil {
				values[at+" count"], values[at+" sum"] = float64(h.GetSampleCount()), h.GetSampleSum()
				for _, bucket := range h.GetBucket() {
					if math.IsInf(bucket.GetUpperBound(), 1) {
						continue // equals the count; protobuf leaves it out
					}
					values[fmt.Sprintf("%s %v", at, bucket.GetUpperBound())] = float64(bucket.GetCumulativeCount())
				}
				continue
			}
			values[at] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return values
}

// Every format has the same values.
func TestNegotiation(t *testing.T) {
	h := handler(t, constantStats(fixed()))
	tests := []struct{ accept, contentType string }{
		{"", "text/plain; version=0.0.4"},
		{"*/*", "text/plain; version=0.0.4"},
		{"text/html", "text/plain; version=0.0.4"},
		{acceptText, "text/plain; version=0.0.4"},
		{acceptOpenMetrics, "application/openmetrics-text; version=1.0.0"},
		{acceptProtobuf, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"},
	}
	for _, test := range tests {
		if got := get(t, h, test.accept).Header().Get("Content-Type"); !strings.HasPrefix(got, test.contentType) {
			t.Errorf("Accept %q: %s, want %s", test.accept, got, test.contentType)
		}
	}
	own := func(accept string) map[string]float64 {
		values := series(scrape(t, h, accept))
		maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, "benchmark_") })
		return values
	}
	if diff := cmp.Diff(own(acceptText), own(acceptProtobuf)); diff != "" {
		t.Errorf("text and protobuf differ (-text +protobuf):\n%s", diff)
	}
}

func TestOpenMetrics(t *testing.T) {
	body := get(t, handler(t, constantStats(fixed())), acceptOpenMetrics).Body.String()
	for _, line := range []string{
		"# TYPE benchmark_runs counter",
		`benchmark_runs_total{status="completed",workload="sleep"} 7.0`,
		"# TYPE benchmark_job_latency_seconds histogram",
		`benchmark_job_latency_seconds_bucket{workload="sleep",le="1.0"} 3`,
		`benchmark_job_latency_seconds_bucket{workload="sleep",le="+Inf"} 4`,
		`benchmark_job_latency_seconds_count{workload="sleep"} 4`,
		"benchmark_jobs_in_flight 42.0",
	} {
		if !strings.Contains(body, "\n"+line+"\n") && !strings.HasPrefix(body, line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
	if !strings.HasSuffix(body, "\n# EOF\n") {
		t.Errorf("the exposition does not end with # EOF: …%q", body[max(len(body)-40, 0):])
	}
}

// Besides the benchmark's own metrics there are the usual ones and no others.
func TestUsualMetrics(t *testing.T) {
	families := scrape(t, handler(t, constantStats(aurea.Stats{})), acceptText)
	values := series(families)
	build := fmt.Sprintf(`aurea_build_info{goversion=%q,version="1.2.3"}`, runtime.Version())
	if values[build] != 1 {
		t.Errorf("%s is %v, want 1", build, values[build])
	}
	if values["aurea_cores{}"] != 48 {
		t.Errorf("aurea_cores is %v, want 48", values["aurea_cores{}"])
	}
	if got := values["go_goroutines{}"]; got < 1 {
		t.Errorf("go_goroutines is %v, want at least 1", got)
	}
	if got := values["process_start_time_seconds{}"]; runtime.GOOS == "linux" && got < 1e9 {
		t.Errorf("process_start_time_seconds is %v, want a time after 2001", got)
	}
	prefixes := []string{"aurea_build_info", "aurea_cores", "benchmark_", "go_", "process_", "promhttp_"}
	for name := range families {
		if !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			t.Errorf("unexpected metric %s", name)
		}
	}
}

// Names and labels follow Prometheus' conventions, with one exception that is
// part of the contract: the quantiles of the last run are gauges.
func TestLint(t *testing.T) {
	problems, err := testutil.CollectAndLint(collector{constantStats(fixed())})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		if problem.Metric != "benchmark_last_run_latency_seconds" ||
			problem.Text != `non-summary metrics should not have "quantile" label` {
			t.Errorf("%s: %s", problem.Metric, problem.Text)
		}
	}
}

// promtool finds nothing else in a complete exposition, which includes the
// metrics of Go and of the process.
func TestPromtool(t *testing.T) {
	command := exec.Command(aureatest.Need(t, "promtool"), "check", "metrics")
	command.Stdin = get(t, handler(t, constantStats(fullStats())), acceptText).Body
	output, _ := command.CombinedOutput() // fails if promtool reports anything
	var got []string
	for line := range strings.Lines(string(output)) {
		got = append(got, strings.TrimSpace(line))
	}
	got = slices.Compact(got) // one line for each quantile
	want := []string{`benchmark_last_run_latency_seconds non-summary metrics should not have "quantile" label`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("promtool (-want +got):\n%s", diff)
	}
}

// Each of several concurrent scrapes sees one consistent state while the totals
// change: values that are counted twice agree, and no counter decreases.
func TestConcurrentScrapes(t *testing.T) {
	const scrapers, scrapes = 8, 5
	var mu sync.Mutex
	tally := aurea.NewTally()
	h := handler(t, func() aurea.Stats {
		mu.Lock()
		defer mu.Unlock()
		stats := statsOf("sleep", tally.Clone())
		stats.InFlight = tally.OK
		return stats
	})
	done := make(chan struct{})
	var writer, scraping sync.WaitGroup
	writer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			mu.Lock()
			tally.End(aurea.OK, 0, 0, time.Duration(i)*time.Microsecond)
			mu.Unlock()
		}
	})
	for i := range scrapers {
		scraping.Go(func() {
			accept := []string{acceptText, acceptProtobuf}[i%2]
			var last float64
			for range scrapes {
				values := series(scrape(t, h, accept))
				jobs := values[`benchmark_jobs_total{outcome="ok",workload="sleep"}`]
				for _, name := range []string{"duration", "latency", "delay"} {
					if got := values[`benchmark_job_`+name+`_seconds{workload="sleep"} count`]; got != jobs {
						t.Errorf("%v jobs, but %v samples of %s", jobs, got, name)
					}
				}
				if inFlight := values["benchmark_jobs_in_flight{}"]; inFlight != jobs {
					t.Errorf("the scrape mixes two states: %v and %v jobs", jobs, inFlight)
				}
				if jobs < last {
					t.Errorf("a counter went from %v to %v", last, jobs)
				}
				last = jobs
			}
		})
	}
	scraping.Wait()
	close(done)
	writer.Wait()
}
