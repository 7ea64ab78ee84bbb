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

// BenchmarkScrapedRun has a service run noop at full speed for three seconds, four
// times an iteration: while nobody asks it anything; while it is scraped all the
// time; while it is asked as often whether it is alive, which costs it nothing, so
// that what such an answer takes is the machine's doing; and scraped while Go may
// use no more threads than there are cores, as under a CPU quota. It reports how
// long the answers took, and what one scrape a second costs: in jobs a second, and
// in jobs for a second of CPU, which others on the machine disturb less.
//
//	go test -run '^$' -bench ScrapedRun -benchtime 10x ./internal/metrics
func BenchmarkScrapedRun(b *testing.B) {
	if b.N == 1 {
		return // one says nothing; the benchmark is tried with it
	}
	url, _ := aureatest.Serve(b)
	b.Setenv("GOMAXPROCS", strconv.Itoa(runtime.NumCPU()))
	confined, _ := aureatest.Serve(b)
	cases := []*saturated{{url: url}, {url: url, asked: "/metrics"}, {url: url, asked: "/livez"}, {url: confined, asked: "/metrics"}}
	for _, c := range cases {
		c.run(b) // the first one takes memory that the others have
		*c = saturated{url: c.url, asked: c.asked}
	}
	for i := range b.N {
		for k := range cases {
			cases[(i+k)%len(cases)].run(b) // which is first takes turns
		}
	}
	alone, scraped := cases[0], cases[1]
	rate := float64(len(scraped.times)) / (3 * float64(b.N)) // that was reached
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate, "scrapes/s")
	b.ReportMetric(scraped.ms(0.5), "p50-ms")
	b.ReportMetric(scraped.ms(0.99), "p99-ms")
	b.ReportMetric(cases[2].ms(0.5), "livez-p50-ms")
	b.ReportMetric(cases[2].ms(0.99), "livez-p99-ms")
	b.ReportMetric(cases[3].ms(0.5), "confined-p50-ms")
	b.ReportMetric(cases[3].ms(0.99), "confined-p99-ms")
	b.ReportMetric(medianLoss(alone.speed, scraped.speed)/rate, "throughput-loss-%")
	b.ReportMetric(medianLoss(alone.work, scraped.work)/rate, "cpu-loss-%")
}

// A saturated is a service that runs noop at full speed again and again, and
// what was measured of it.
type saturated struct {
	url         string
	asked       string          // for this, all the time; nothing, if it is empty
	speed, work []float64       // jobs a second, and in a second of CPU, of each run
	times       []time.Duration // of all answers
}

func (s *saturated) run(b *testing.B) {
	stop := func() {}
	before := cpuSeconds(b, s.url)
	if s.asked != "" {
		stop = keepScraping(b, s.url+s.asked, &s.times)
	}
	throughput, jobs := saturate(b, s.url)
	stop()
	s.speed = append(s.speed, throughput)
	s.work = append(s.work, jobs/(cpuSeconds(b, s.url)-before))
}

// ms is a quantile of how long the answers took, in milliseconds.
func (s *saturated) ms(q float64) float64 {
	slices.Sort(s.times)
	return float64(s.times[int(q*float64(len(s.times)-1))].Microseconds()) / 1000
}

// medianLoss is the median over the rounds of by how much less there was with
// something than without, in percent.
func medianLoss(without, with []float64) float64 {
	var losses []float64
	for i, alone := range without {
		losses = append(losses, 100*(1-with[i]/alone))
	}
	slices.Sort(losses)
	return losses[len(losses)/2]
}

// saturate runs noop, and returns its throughput and how many jobs it did.
func saturate(b *testing.B, url string) (throughput, jobs float64) {
	b.Helper()
	answer, err := http.Post(url+"/benchmark/run", "application/json", strings.NewReader(
		`{"duration": "3s", "concurrency": 1000, "workload": {"kind": "noop"}, "include_jobs": false}`))
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
