package metrics

import (
	"context"

	"log/slog"
	"math"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// exponential returns the totals of a service whose jobs' durations are evenly
// spaced quantiles of an exponential distribution, and their p99.
func exponential(jobs int) (stats aurea.Stats, p99 float64) {
	tally := aurea.NewTally()
	for i := range jobs {
		took := -math.Log(1-(float64(i)+0.5)/float64(jobs)) * 0.02
		tally.End(aurea.OK, 0, 0, time.Duration(took*float64(time.Second)))
	}
	return statsOf("sleep", tally), tally.Latency.Quantile(0.99).Seconds()
}

// scrapeConfig returns a configuration of Prometheus that scrapes a service.
func scrapeConfig(url string) string {
	return `scrape_configs: [{job_name: aurea, scrape_interval: 200ms, static_configs: [{targets: ["` +
		strings.TrimPrefix(url, "http://") + `"]}]}]`
}

// With native histograms Prometheus computes the p99 within 5 %; classic
// buckets only give the bucket.
func TestNativeHistogramOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	stats, want := exponential(10_000)
	service := httptest.NewServer(handler(t, constantStats(stats)))
	defer service.Close()
	p := aureatest.StartPrometheus(t, scrapeConfig(service.URL), "--enable-feature=native-histograms")
	got := p.Await(t, `histogram_quantile(0.99, benchmark_job_latency_seconds)`, func(float64) bool { return true })
	if math.Abs(got/want-1) > 0.05 {
		t.Errorf("p99 is %v, want %v to 5 %%", got, want)
	}
	n := p.Await(t, `histogram_count(benchmark_job_latency_seconds)`, func(float64) bool { return true })
	if n != 10_000 {
		t.Errorf("%v jobs, want 10000", n)
	}
}

// Without native histograms Prometheus reads the classic buckets, with
// exemplars.
func TestExemplarsOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	stats, want := exponential(10_000)
	exemplars := aurea.Exemplars{Latency: aurea.Exemplar{Run: "benchmark-5", Value: 0.07, At: time.Now()}}
	stats.Exemplars = map[string]aurea.Exemplars{"sleep": exemplars}
	service := httptest.NewServer(handler(t, constantStats(stats)))
	defer service.Close()
	p := aureatest.StartPrometheus(t, scrapeConfig(service.URL), "--enable-feature=exemplar-storage")
	got := p.Await(t, `histogram_quantile(0.99, benchmark_job_latency_seconds_bucket)`,
		func(float64) bool { return true })
	for name, p99 := range map[string]float64{"Prometheus": got, "the histogram": want} {
		if p99 < 0.05 || p99 > 0.1 {
			t.Errorf("p99 of %s is %v, want it in the bucket 0.05 to 0.1", name, p99)
		}
	}
	type exemplar struct {
		Labels map[string]string
		Value  string
	}
	var found []struct{ Exemplars []exemplar }
	if err := p.Get("query_exemplars", url.Values{
		"query": {"benchmark_job_latency_seconds_bucket"}, "start": {"0"}, "end": {"9999999999"},
	}, &found); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		t.Fatalf("exemplars of %d series, want 1: %+v", len(found), found)
	}
	wantExemplars := []exemplar{{Labels: map[string]string{"run_id": "benchmark-5"}, Value: "0.07"}}
	if diff := cmp.Diff(wantExemplars, found[0].Exemplars); diff != "" {
		t.Errorf("exemplars (-want +got):\n%s", diff)
	}
}

// A real Prometheus accepts pushed metrics with exact counts, sees their
// increase, and stores the labels that a scrape would add.
func TestPushOnPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("left out: it starts Prometheus")
	}
	t.Parallel()
	p := aureatest.StartPrometheus(t, `{}`, "--web.enable-remote-write-receiver")
	stats, _ := exponential(10_000)
	stats.Since = time.Now().Add(-10 * time.Second)
	view, err := New(constantStats(stats), testEnv, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second pusher knows nothing of the first, like another process
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
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || float64(got[0].Value) != want {
			t.Errorf("%s is %v, want %v", expression, got, want)
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
