package metrics

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// exponential are the numbers of a service whose jobs took times that the law
// gives, in even steps of its quantiles, and the p99 of them.
func exponential(jobs int) (stats aurea.Stats, p99 float64) {
	tally := aurea.NewTally()
	for i := range jobs {
		took := -math.Log(1-(float64(i)+0.5)/float64(jobs)) * 0.02
		tally.End(aurea.OK, 0, 0, time.Duration(took*float64(time.Second)))
	}
	return of("sleep", tally), tally.Latency.Quantile(0.99).Seconds()
}

// A Prometheus that has native histograms gets the p99 to 5 %, where the classic
// buckets it also has tell it to one bucket.
func TestNativeHistogramOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	stats, want := exponential(10_000)
	service := httptest.NewServer(handler(t, always(stats)))
	defer service.Close()
	p := aureatest.StartPrometheus(t, `scrape_configs: [{job_name: aurea, scrape_interval: 200ms, static_configs: [{targets: ["`+
		strings.TrimPrefix(service.URL, "http://")+`"]}]}]`, "--enable-feature=native-histograms")
	got := p.Await(t, `histogram_quantile(0.99, benchmark_job_latency_seconds)`, func(float64) bool { return true })
	if math.Abs(got/want-1) > 0.05 {
		t.Errorf("p99 is %v, want %v to 5 %%", got, want)
	}
	if n := p.Await(t, `histogram_count(benchmark_job_latency_seconds)`, func(float64) bool { return true }); n != 10_000 {
		t.Errorf("%v jobs, want 10000", n)
	}
}

// A Prometheus without them gets the classic buckets, and the exemplars.
func TestExemplarsOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	stats, want := exponential(10_000)
	exemplars := aurea.Exemplars{Latency: aurea.Exemplar{Run: "benchmark-5", Value: 0.07, At: time.Now()}}
	stats.Exemplars = map[string]aurea.Exemplars{"sleep": exemplars}
	service := httptest.NewServer(handler(t, always(stats)))
	defer service.Close()
	p := aureatest.StartPrometheus(t, `scrape_configs: [{job_name: aurea, scrape_interval: 200ms, static_configs: [{targets: ["`+
		strings.TrimPrefix(service.URL, "http://")+`"]}]}]`, "--enable-feature=exemplar-storage")
	got := p.Await(t, `histogram_quantile(0.99, benchmark_job_latency_seconds_bucket)`, func(float64) bool { return true })
	if got < 0.05 || got > 0.1 || want < 0.05 || want > 0.1 {
		t.Errorf("p99 is %v, want it in the bucket of %v", got, want)
	}
	var found []struct {
		Exemplars []struct {
			Labels map[string]string
			Value  string
		}
	}
	if err := p.Get("query_exemplars", url.Values{
		"query": {"benchmark_job_latency_seconds_bucket"}, "start": {"0"}, "end": {"9999999999"},
	}, &found); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || len(found[0].Exemplars) != 1 || found[0].Exemplars[0].Labels["run_id"] != "benchmark-5" || found[0].Exemplars[0].Value != "0.07" {
		text, _ := json.Marshal(found)
		t.Errorf("exemplars %s, want one of 0.07 by benchmark-5", text)
	}
}

// A real Prometheus takes what is pushed, to the exact count, knows by how much
// it has risen, and has the labels that a scrape would have given it.
func TestPushOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	p := aureatest.StartPrometheus(t, `{}`, "--web.enable-remote-write-receiver")
	stats, _ := exponential(10_000)
	stats.Since = time.Now().Add(-10 * time.Second)
	view, err := New(always(stats), here, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second as another process would, which does not know of the first
		pusher, err := NewPusher(view, string(p), "host-1")
		if err != nil {
			t.Fatal(err)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if err := pusher.Run(ended); err != nil {
			t.Fatal(err)
		}
	}
	is := func(expression string, want float64) {
		t.Helper()
		got, err := p.Query(expression)
		if err != nil || len(got) != 1 || float64(got[0].Value) != want {
			t.Errorf("%s is %v, %v; want %v", expression, got, err, want)
		}
	}
	is(`benchmark_jobs_total{job="aurea",instance="host-1",workload="sleep",outcome="ok"}`, 10_000)
	is(`benchmark_jobs_total{outcome="ok"} - min_over_time(benchmark_jobs_total{outcome="ok"}[1h])`, 10_000)
	is(`benchmark_job_latency_seconds_count`, 10_000)
	is(`benchmark_job_latency_seconds_bucket{le="60.0"}`, 10_000)
	is(`benchmark_job_latency_seconds_bucket{le="+Inf"}`, 10_000)
	is(`benchmark_last_run_validity or vector(7)`, 7)
	is(`aurea_build_info{version="1.2.3"}`, 1)
}
