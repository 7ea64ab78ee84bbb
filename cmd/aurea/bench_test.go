package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/store"
	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// The benchmarks measure a running service over HTTP with SQLite on the disk.
// docs/history.md has the goals; the benchmarks do not check them.

// readResponse reads a response to its end and returns its size.
func readResponse(b *testing.B, response *http.Response, err error) int64 {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode/100 != 2 {
		b.Fatal(response.Status, err)
	}
	return size
}

// reportQuantiles reports percentiles of the times of single requests.
func reportQuantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, q := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*q/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", q))
	}
}

// BenchmarkSubmit measures the time until a submitted run is acknowledged, and
// thereby durable.
func BenchmarkSubmit(b *testing.B) {
	url, _ := aureatest.Serve(b, "--queue", "1000000")
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		spec := strings.NewReader(`{"num_jobs": 1, "job_duration_ms": 0}`)
		response, err := http.Post(url+"/v1/runs", "application/json", spec)
		readResponse(b, response, err)
		took = append(took, time.Since(start))
	}
	reportQuantiles(b, took)
}

// BenchmarkHistory measures pages of a history of 100,000 runs, and how long
// the service takes to be ready. Creating the history takes a minute.
func BenchmarkHistory(b *testing.B) {
	folder := b.TempDir()
	s, err := store.Open(b.Context(), folder, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := storetest.KeepMany(s, 100_000); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	aureatest.Binary(b)
	start := time.Now()
	url, _ := aureatest.Serve(b, "--data", folder)
	for {
		response, err := http.Get(url + "/readyz")
		if err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK {
			break
		}
	}
	ready := time.Since(start)
	for _, query := range []string{"", "?limit=200", "?name=name-8&status=completed"} {
		b.Run("page="+query, func(b *testing.B) {
			var took []time.Duration
			var size int64
			for b.Loop() {
				start := time.Now()
				response, err := http.Get(url + "/v1/runs" + query)
				size = readResponse(b, response, err)
				took = append(took, time.Since(start))
			}
			reportQuantiles(b, took)
			b.ReportMetric(float64(size)/1000, "kB")
			b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
		})
	}
}

// BenchmarkExport measures the export of 10,000,000 records by a restarted
// service: the peak memory, and the bytes per job.
func BenchmarkExport(b *testing.B) {
	const jobs = 10_000_000
	folder := b.TempDir()
	url, process := aureatest.Serve(b, "--data", folder)
	service, err := client.New(url, "")
	if err != nil {
		b.Fatal(err)
	}
	defer service.Close()
	run := submit(b, service, fmt.Sprintf(`{"num_jobs": %d, "concurrency": 1000000, "job_duration_ms": 100}`, jobs))
	run, err = service.Wait(b.Context(), run.ID)
	if err != nil {
		b.Fatal(err)
	}
	if run.Result == nil || run.Result.CompletedJobs != jobs {
		b.Fatalf("the run is %s, want %d completed jobs", run.Status, jobs)
	}
	if err := process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	_, _ = process.Wait()
	for _, format := range []string{"ndjson", "csv", "parquet"} {
		b.Run("format="+format, func(b *testing.B) {
			url, process := aureatest.Serve(b, "--data", folder)
			var size int64
			for b.Loop() {
				response, err := http.Get(url + "/v1/runs/" + run.ID + "/jobs?format=" + format)
				size = readResponse(b, response, err)
			}
			b.ReportMetric(float64(size)/jobs, "bytes/job")
			b.ReportMetric(jobs*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mjobs/s")
			b.ReportMetric(peakMemoryMB(b, process.Pid), "MB")
		})
	}
}

// peakMemoryMB returns the peak resident memory of a process, in MB.
func peakMemoryMB(b *testing.B, pid int) float64 {
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("left out: there is no ", err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseFloat(fields[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kilobytes * 1024 / 1e6
		}
	}
	b.Fatal("no VmHWM")
	return 0
}
