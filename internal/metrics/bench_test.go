package metrics

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// wide are the numbers of a service that is as full as it gets: three workloads
// whose times spread over all orders of magnitude.
func wide() aurea.Stats {
	stats := worst()
	tally := aurea.NewTally()
	for i := range 1_000_000 {
		took := time.Duration(math.Exp(float64(i)/1e6*23)) * time.Nanosecond // to 10 s
		tally.End(aurea.OK, 0, took/2, took)
	}
	for _, kind := range stats.Kinds {
		stats.Workloads[kind] = tally
	}
	return stats
}

// BenchmarkScrape is one answer of the handler, by what is asked for.
func BenchmarkScrape(b *testing.B) {
	for name, stats := range map[string]aurea.Stats{"few": fixed(), "full": wide()} {
		h := handler(b, always(stats))
		for form, accept := range map[string]string{"text": acceptText, "OpenMetrics": acceptOpenMetrics, "protobuf": acceptProtobuf} {
			b.Run(name+"/"+form, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					get(b, h, accept)
				}
			})
		}
	}
}

// BenchmarkScrapedRun runs noop at full speed on a service, a pair of runs an
// iteration: one that is scraped once a second and one that is not. It reports
// the scrapes' times and by how much the throughput of the scraped runs is less,
// the median's and the least noisy runs' (the best of each).
//
//	go test -run '^$' -bench ScrapedRun -benchtime 20x ./internal/metrics
func BenchmarkScrapedRun(b *testing.B) {
	url, _ := aureatest.Serve(b)
	var scrapes []time.Duration
	var scraped, alone []float64
	for i := range b.N {
		for k := range 2 {
			if (i+k)%2 == 0 { // which is first takes turns
				stop := scrapeEverySecond(b, url+"/metrics", &scrapes)
				scraped = append(scraped, saturate(b, url))
				stop()
			} else {
				alone = append(alone, saturate(b, url))
			}
		}
	}
	slices.Sort(scrapes)
	slices.Sort(scraped)
	slices.Sort(alone)
	at := func(q float64) float64 { return float64(scrapes[int(q*float64(len(scrapes)-1))].Microseconds()) / 1000 }
	loss := func(q float64) float64 {
		i := int(q * float64(b.N-1))
		return 100 * (1 - scraped[i]/alone[i])
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(len(scrapes)), "scrapes")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
	b.ReportMetric(loss(0.5), "median-loss-%")
	b.ReportMetric(loss(1), "best-loss-%")
	b.ReportMetric(alone[b.N/2]/1e6, "Mjobs/s")
}

// saturate runs noop for five seconds and returns its throughput.
func saturate(b *testing.B, url string) float64 {
	b.Helper()
	answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(
		`{"duration": "5s", "concurrency": 2, "workload": {"kind": "noop"}, "include_jobs": false}`))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	var result aurea.Result
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil || result.Throughput == 0 {
		b.Fatalf("%s: %+v, %v", answer.Status, result, err)
	}
	return result.Throughput
}

// scrapeEverySecond scrapes as Prometheus does, from half a second on, until it
// is stopped, and adds how long each answer took.
func scrapeEverySecond(b *testing.B, url string, times *[]time.Duration) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		wait := time.After(500 * time.Millisecond)
		for {
			select {
			case <-stopped:
				return
			case <-wait:
			}
			wait = time.After(time.Second)
			began := time.Now()
			if err := scrapeAs(url, acceptOpenMetrics); err != nil {
				b.Error(err)
				return
			}
			*times = append(*times, time.Since(began))
		}
	}()
	return func() {
		close(stopped)
		<-ended
	}
}

func scrapeAs(url, accept string) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", accept)
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
