package metrics

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// wideStats returns the totals of a service with as many series as possible.
// Its three workloads have durations of all orders of magnitude.
func wideStats() aurea.Stats {
	stats := fullStats()
	tally := aurea.NewTally()
	for i := range 1_000_000 {
		took := time.Duration(math.Exp(float64(i)/1e6*23)) * time.Nanosecond // up to 10 s
		tally.End(aurea.OK, 0, took/2, took)
	}
	for _, kind := range stats.Kinds {
		stats.Workloads[kind] = tally
	}
	return stats
}

// BenchmarkScrape is one response of the handler, by format.
func BenchmarkScrape(b *testing.B) {
	for name, stats := range map[string]aurea.Stats{"few": fixed(), "full": wideStats()} {
		h := handler(b, constantStats(stats))
		for form, accept := range map[string]string{
			"text": acceptText, "OpenMetrics": acceptOpenMetrics,
			"protobuf": acceptProtobuf,
		} {
			b.Run(name+"/"+form, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					get(b, h, accept)
				}
			})
		}
	}
}

// scrapeRate is the number of scrapes a second in BenchmarkScrapedRun. It is
// much higher than Prometheus', so that the cost exceeds the machine's noise.
const scrapeRate = 20

// BenchmarkScrapedRun runs noop at full speed for three seconds, four times an
// iteration: without requests; with scrapes; with as many requests for /livez,
// which cost the service nothing and so show the machine's own latency; and
// with scrapes while GOMAXPROCS is the number of cores, as under a CPU quota.
// It reports the latency of the responses and the cost of one scrape a second:
// in jobs a second, and in jobs per second of CPU time, which other processes
// disturb less.
//
//	go test -run '^$' -bench ScrapedRun -benchtime 10x ./internal/metrics
func BenchmarkScrapedRun(b *testing.B) {
	if b.N == 1 {
		return // the trial run with b.N = 1 would report noise
	}
	url, _ := aureatest.Serve(b)
	b.Setenv("GOMAXPROCS", strconv.Itoa(runtime.NumCPU()))
	limited, _ := aureatest.Serve(b)
	cases := []*saturatedService{
		{url: url}, {url: url, path: "/metrics"}, {url: url, path: "/livez"}, {url: limited, path: "/metrics"},
	}
	for _, c := range cases {
		c.run(b) // warm up: the first run allocates memory that the others reuse
		*c = saturatedService{url: c.url, path: c.path}
	}
	for i := range b.N {
		for k := range cases {
			cases[(i+k)%len(cases)].run(b) // rotate the order
		}
	}
	idle, scraped := cases[0], cases[1]
	rate := float64(len(scraped.times)) / (3 * float64(b.N)) // achieved
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate, "scrapes/s")
	b.ReportMetric(scraped.ms(0.5), "p50-ms")
	b.ReportMetric(scraped.ms(0.99), "p99-ms")
	b.ReportMetric(cases[2].ms(0.5), "livez-p50-ms")
	b.ReportMetric(cases[2].ms(0.99), "livez-p99-ms")
	b.ReportMetric(cases[3].ms(0.5), "confined-p50-ms")
	b.ReportMetric(cases[3].ms(0.99), "confined-p99-ms")
	b.ReportMetric(medianLoss(idle.throughputs, scraped.throughputs)/rate, "throughput-loss-%")
	b.ReportMetric(medianLoss(idle.perCPUSecond, scraped.perCPUSecond)/rate, "cpu-loss-%")
}

// A saturatedService runs noop at full speed again and again. It holds the
// measurements of all its runs.
type saturatedService struct {
	url                       string
	path                      string          // requested during each run; "" for no requests
	throughputs, perCPUSecond []float64       // jobs a second, and in a second of CPU, of each run
	times                     []time.Duration // of all answers
}

// run does one run and adds its measurements.
func (s *saturatedService) run(b *testing.B) {
	stop := func() {}
	before := cpuSeconds(b, s.url)
	if s.path != "" {
		stop = keepScraping(b, s.url+s.path, &s.times)
	}
	throughput, jobs := saturate(b, s.url)
	stop()
	s.throughputs = append(s.throughputs, throughput)
	s.perCPUSecond = append(s.perCPUSecond, jobs/(cpuSeconds(b, s.url)-before))
}

// ms returns a quantile of the response times in milliseconds.
func (s *saturatedService) ms(q float64) float64 {
	slices.Sort(s.times)
	return float64(s.times[int(q*float64(len(s.times)-1))].Microseconds()) / 1000
}

// medianLoss returns the median over the rounds of the relative loss, in
// percent.
func medianLoss(without, with []float64) float64 {
	var losses []float64
	for i, idle := range without {
		losses = append(losses, 100*(1-with[i]/idle))
	}
	slices.Sort(losses)
	return losses[len(losses)/2]
}

// saturate runs noop and returns its throughput and number of jobs.
func saturate(b *testing.B, url string) (throughput, jobs float64) {
	b.Helper()
	response, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(
		`{"duration": "3s", "concurrency": 1000, "workload": {"kind": "noop"}, "include_jobs": false}`))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	var result aurea.Result
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		b.Fatal(err)
	}
	return result.Throughput, float64(result.CompletedJobs)
}

// cpuSeconds returns the CPU time that the service has used.
func cpuSeconds(b *testing.B, url string) float64 {
	b.Helper()
	body, err := scrapeAs(url+"/metrics", acceptText)
	if err != nil {
		b.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^process_cpu_seconds_total (.*)$`).FindStringSubmatch(body)
	if match == nil {
		b.Skip("this system does not report the CPU time of a process")
	}
	seconds, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return seconds
}

// keepScraping scrapes until stop is called and adds the time of each response
// to times.
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
			start := time.Now()
			if _, err := scrapeAs(url, acceptOpenMetrics); err != nil {
				b.Error(err)
				return
			}
			*times = append(*times, time.Since(start))
		}
	}()
	return func() {
		close(stopped)
		<-ended
	}
}

// scrapeAs requests url with the given Accept header and returns the body.
func scrapeAs(url, accept string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request) // asks for gzip by itself
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(response.Body)
	return string(body), err
}
