package metrics

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
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

// scrapeRate is how often a second BenchmarkScrapedRun scrapes: much more often
// than Prometheus, so that what it costs is more than what the machine's noise
// hides.
const scrapeRate = 20

// BenchmarkScrapedRun has a service run noop at full speed for three seconds, a
// pair of runs an iteration: one that is scraped all the time, and one that is
// not. It reports how long the answers took, and what one scrape a second costs:
// in jobs a second, and in jobs for a second of CPU, which others on the machine
// disturb less.
//
//	go test -run '^$' -bench ScrapedRun -benchtime 15x ./internal/metrics
func BenchmarkScrapedRun(b *testing.B) {
	if b.N == 1 {
		return // one says nothing; the benchmark is tried with it
	}
	url, _ := aureatest.Serve(b)
	saturate(b, url) // the first one takes memory that the others have
	var times []time.Duration
	var speed, work [2][]float64 // alone and scraped
	for i := range b.N {
		for k := range 2 {
			scraped := (i + k) % 2 // which is first takes turns
			stop := func() {}
			before := cpuSeconds(b, url)
			if scraped == 1 {
				stop = keepScraping(b, url+"/metrics", &times)
			}
			throughput, jobs := saturate(b, url)
			stop()
			speed[scraped] = append(speed[scraped], throughput)
			work[scraped] = append(work[scraped], jobs/(cpuSeconds(b, url)-before))
		}
	}
	rate := float64(len(times)) / (3 * float64(b.N)) // that was reached
	slices.Sort(times)
	ms := func(q float64) float64 { return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate, "scrapes/s")
	b.ReportMetric(ms(0), "min-ms")
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.99), "p99-ms")
	b.ReportMetric(medianLoss(speed)/rate, "throughput-loss-%")
	b.ReportMetric(medianLoss(work)/rate, "cpu-loss-%")
}

// medianLoss is the median over the pairs of by how much the second is less, in
// percent.
func medianLoss(pairs [2][]float64) float64 {
	var losses []float64
	for i, alone := range pairs[0] {
		losses = append(losses, 100*(1-pairs[1][i]/alone))
	}
	slices.Sort(losses)
	return losses[len(losses)/2]
}

// saturate runs noop, and returns its throughput and how many jobs it did.
func saturate(b *testing.B, url string) (throughput, jobs float64) {
	b.Helper()
	answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(
		`{"duration": "3s", "concurrency": 2, "workload": {"kind": "noop"}, "include_jobs": false}`))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	var result aurea.Result
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
		b.Fatal(err)
	}
	return result.Throughput, float64(result.CompletedJobs)
}

// cpuSeconds is how much CPU the service has used.
func cpuSeconds(b *testing.B, url string) float64 {
	b.Helper()
	body, err := scrapeAs(url+"/metrics", acceptText)
	if err != nil {
		b.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^process_cpu_seconds_total (.*)$`).FindStringSubmatch(body)
	if match == nil {
		b.Skip("nobody here tells of the CPU that a process has used")
	}
	seconds, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return seconds
}

// keepScraping scrapes until it is stopped, and adds how long each answer took.
func keepScraping(b *testing.B, url string, times *[]time.Duration) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(time.Second / scrapeRate)
		defer ticker.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-ticker.C:
			}
			began := time.Now()
			if _, err := scrapeAs(url, acceptOpenMetrics); err != nil {
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

func scrapeAs(url, accept string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(request) // asks for gzip by itself
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
