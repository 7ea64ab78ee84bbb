// Package examples_test runs every example against the real service, so that
// what people copy from here works.
package examples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// clients are the example programs; each returns the command that starts one.
var clients = map[string]func(t *testing.T) []string{
	"python": func(t *testing.T) []string {
		return []string{aureatest.Need(t, "python3"), "python/client.py"}
	},
	"shell": func(t *testing.T) []string {
		aureatest.Need(t, "curl")
		return []string{aureatest.Need(t, "sh"), "shell/client.sh"}
	},
	"go": func(t *testing.T) []string {
		binary, err := buildGo()
		if err != nil {
			t.Fatal(err)
		}
		return []string{binary}
	},
}

// binaries is the folder of what is built for all tests.
var binaries string

func TestMain(m *testing.M) {
	code, err := withBinaries(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		code = 1
	}
	os.Exit(code)
}

// withBinaries calls run while the folder of the binaries exists.
func withBinaries(run func() int) (code int, err error) {
	if binaries, err = os.MkdirTemp("", "aurea-examples-"); err != nil {
		return 0, err
	}
	defer func() { err = os.RemoveAll(binaries) }()
	return run(), nil
}

// buildGo compiles the Go client once.
var buildGo = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(binaries, "client")
	if output, err := exec.Command("go", "build", "-o", binary, "./go").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return binary, nil
})

// wanted are the runs that every client makes.
var wanted = []struct{ jobs, milliseconds float64 }{{10, 50}, {50, 100}, {100, 100}}

func TestClients(t *testing.T) {
	url, _ := aureatest.Serve(t)
	for name, command := range clients {
		t.Run(name, func(t *testing.T) {
			args := command(t)
			before := scrape(t, url)
			stdout, stderr, code := run(t, append(args, url)...)
			if code != 0 || stderr != "" {
				t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
			}
			if !strings.HasPrefix(stdout, url+" is healthy\n") {
				t.Errorf("the output does not begin with the health of %s:\n%s", url, stdout)
			}
			after := scrape(t, url)
			rise := func(metric string) float64 { return sum(t, after, metric) - sum(t, before, metric) }
			if got := rise("benchmark_jobs_total"); got != 160 {
				t.Errorf("benchmark_jobs_total rose by %v; the client ran 160 jobs", got)
			}
			metrics, summary, _ := strings.Cut(stdout, "\nsummary\n")
			for _, metric := range []string{"benchmark_jobs_total", "benchmark_runs_total", "benchmark_cost_total",
				"benchmark_mean_latency_seconds", "benchmark_throughput_jobs_per_second"} {
				if got, want := sum(t, metrics, metric), sum(t, after, metric); got != want || want == 0 {
					t.Errorf("the client printed %s of %v; the service says %v", metric, got, want)
				}
			}

			latency, cost := checkSummary(t, summary)
			if want := rise("benchmark_cost_total"); !near(cost, want) {
				t.Errorf("the runs cost %v in all; benchmark_cost_total rose by %v", cost, want)
			}
			// A second of service costs 0.001. Latency includes the delay of the start,
			// which is not service and has a share of percents on a busy machine.
			if want := (latency - rise("benchmark_job_delay_seconds_sum")) * 0.001; !near(cost, want) {
				t.Errorf("the runs cost %v in all; their latency less their delay makes %v", cost, want)
			}
		})
	}
}

// The URL is as good in the environment, with or without a slash at its end.
func TestClientsTakeURLFromEnvironment(t *testing.T) {
	url, _ := aureatest.Serve(t)
	t.Setenv("AUREA_URL", url+"/")
	for name, command := range clients {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := run(t, command(t)...)
			if code != 0 || !strings.HasPrefix(stdout, url+" is healthy\n") {
				t.Errorf("exit %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

func TestClientsFailClearly(t *testing.T) {
	const healthy = `{"status":"healthy","service":"aurea-orchestrator"}`
	services := map[string]struct {
		url  string
		want []string          // on standard error
		each map[string]string // likewise, by client
	}{
		"nothing listens": {deadURL(t), []string{"cannot reach"}, nil},
		"not ours":        {stub(t, "{}", 200, ""), []string{"/health is not the answer of a healthy Aurea service"}, nil},
		"a problem": {
			stub(t, healthy, 429,
				`{"title":"Too Many Requests","status":429,"detail":"the queue is full: \"now\" is \u003c 10 s away","error":"again"}`),
			[]string{`the queue is full: "now" is < 10 s away`},
			map[string]string{"python": "/benchmark/run: ", "shell": "/benchmark/run: ", "go": ": run 1 of 3: "},
		},
		"no problem+json": {
			stub(t, healthy, 502, "<h1>Bad Gateway</h1>"), nil,
			map[string]string{"python": "answered 502", "shell": "answered 502", "go": "the server answers 502 Bad Gateway"},
		},
	}
	for client, command := range clients {
		t.Run(client, func(t *testing.T) {
			args := command(t)
			for name, service := range services {
				stdout, stderr, code := run(t, append(args, service.url)...)
				if code == 0 {
					t.Errorf("%s: exit 0\n%s", name, stdout)
				}
				for _, want := range append(service.want, service.each[client], "error: ", service.url) {
					if !strings.Contains(stderr, want) {
						t.Errorf("%s: standard error does not say %q:\n%s", name, want, stderr)
					}
				}
				if strings.Contains(stderr, "Traceback") || strings.Contains(stdout, "summary") {
					t.Errorf("%s:\n%s%s", name, stdout, stderr)
				}
			}
		})
	}
}

func TestSpecs(t *testing.T) {
	wanted := map[string]struct{ jobs, inFlight int64 }{
		"parallel": {1000, 1000},
		"pool":     {200, 10},
		"ceiling":  {1_000_000, 2},
	}
	files, err := filepath.Glob("specs/*.yaml")
	files = slices.DeleteFunc(files, func(file string) bool { return file == "specs/login.yaml" }) // see TestLogin
	if err != nil || len(files) != len(wanted) {
		t.Fatalf("the specs are %v (%v); this test knows %d", files, err, len(wanted))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := run(t, aureatest.Binary(t), "run", file, "-o", "json")
			if code != 0 {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
			var result aurea.Result
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatalf("%v in\n%s", err, stdout)
			}
			want := wanted[name]
			if result.Name != name || result.NumJobs != want.jobs || result.CompletedJobs != want.jobs {
				t.Errorf("%q ran %d jobs and completed %d; want %q and %d", result.Name, result.NumJobs, result.CompletedJobs, name, want.jobs)
			}
			c := result.Counts
			if sum := c.OK + c.Failed + c.Timeout + c.Cancelled + c.Dropped + c.Lost; c.Planned != want.jobs || sum != want.jobs {
				t.Errorf("planned %d, accounted for %d; want %d: %+v", c.Planned, sum, want.jobs, c)
			}
			if result.InFlight.Max < 1 || result.InFlight.Max > want.inFlight {
				t.Errorf("%d jobs were in flight; want 1 to %d", result.InFlight.Max, want.inFlight)
			}
			if result.Verdict != aurea.VerdictPass && len(result.Thresholds) > 0 {
				t.Errorf("verdict %s: %+v", result.Verdict, result.Thresholds)
			}
		})
	}
}

// checkSummary checks the table: what was asked was run, and its numbers are
// possible. It returns the latency of all jobs, in seconds, and their cost.
func checkSummary(t *testing.T, table string) (latencies, costs float64) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != len(wanted)+1 {
		t.Fatalf("want a heading and %d lines; got\n%s", len(wanted), table)
	}
	if got, want := strings.Join(strings.Fields(lines[0]), " "), "jobs jobs/s mean ms p99 ms cost USD validity"; got != want {
		t.Errorf("heading %q; want %q", got, want)
	}
	const jitter = 0.2 // of job_duration_ms, either way
	for i, want := range wanted {
		var jobs, throughput, mean, p99, cost float64
		var validity string
		if _, err := fmt.Sscan(lines[i+1], &jobs, &throughput, &mean, &p99, &cost, &validity); err != nil {
			t.Fatalf("%v in %q", err, lines[i+1])
		}
		shortest := want.milliseconds * (1 - jitter)
		if jobs != want.jobs {
			t.Errorf("%v jobs; want %v", jobs, want.jobs)
		}
		if limit := want.jobs / shortest * 1000; throughput <= 0 || throughput >= limit {
			t.Errorf("throughput %v; no more than %v jobs/s are possible", throughput, limit)
		}
		if mean < shortest || p99 < mean {
			t.Errorf("mean %v ms, p99 %v ms; a job takes at least %v ms", mean, p99, shortest)
		}
		if limit := mean / 1000 * jobs * 0.001; cost <= 0 || cost > 1.01*limit {
			t.Errorf("cost %v; mean latency × jobs × 0.001 is %v", cost, limit)
		}
		if validity != string(aurea.Valid) && validity != string(aurea.Degraded) {
			t.Errorf("validity %q", validity)
		}
		latencies += mean / 1000 * jobs
		costs += cost
	}
	return latencies, costs
}

// near allows what the rounding of the table takes.
func near(got, want float64) bool { return math.Abs(got-want) <= 0.01*want }

// run runs a command and returns its two outputs and its exit code.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Stdout, command.Stderr = &out, &errs
	command.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*", "PYTHONDONTWRITEBYTECODE=1")
	err := command.Run()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

func scrape(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("/metrics answered %d: %v", answer.StatusCode, err)
	}
	return string(text)
}

// sum adds up the series of a metric in a text in Prometheus's format.
func sum(t *testing.T, text, metric string) float64 {
	t.Helper()
	total := 0.0
	for _, line := range strings.Split(text, "\n") {
		name, value, found := strings.Cut(line, " ")
		if name, _, _ = strings.Cut(name, "{"); !found || name != metric {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		total += number
	}
	return total
}

// deadURL returns the URL of a port that nothing listens on any more.
func deadURL(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

// stub is a service with the given health and response to a run, by either of the
// two endpoints that start one.
func stub(t *testing.T, health string, status int, answer string) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, health) })
	for _, pattern := range []string{"POST /benchmark/run", "POST /v1/runs"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}
