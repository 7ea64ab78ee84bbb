package deploy_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A prometheus is a running one's URL.
type prometheus string

// quick makes Prometheus look more often than it does where it is shipped, so
// that a test sees in seconds what else takes minutes.
var quick = regexp.MustCompile(`\b(scrape_interval|evaluation_interval|interval): \d+s`)

// startPrometheus starts a real Prometheus with a copy of the shipped
// configuration and rules, and another file of targets beside them.
func startPrometheus(t *testing.T, target string) prometheus {
	t.Helper()
	program := aureatest.Need(t, "prometheus")
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yaml")
	for _, file := range []string{"prometheus.yaml", "rules.yaml"} {
		write(t, filepath.Join(dir, file), quick.ReplaceAllString(read(t, "deploy/prometheus", file), "$1: 500ms"))
	}
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

// over evaluates an expression over a stretch of time, as a picture does.
func (p prometheus) over(expr string, from, to time.Time) ([]series, error) {
	return p.get("/api/v1/query_range", url.Values{
		"query": {expr}, "start": {stamp(from)}, "end": {stamp(to)}, "step": {"0.5"},
	})
}

// at evaluates an expression at one moment.
func (p prometheus) at(expr string, moment time.Time) ([]series, error) {
	return p.get("/api/v1/query", url.Values{"query": {expr}, "time": {stamp(moment)}})
}

func stamp(moment time.Time) string { return moment.UTC().Format(time.RFC3339Nano) }

// numbers lists the finite numbers of a series.
func (s series) numbers() (numbers []float64) {
	for _, sample := range append(s.Values, s.Value) {
		if value := number(sample); !math.IsNaN(value) && !math.IsInf(value, 0) {
			numbers = append(numbers, value)
		}
	}
	return numbers
}

// key joins the values of some labels by blanks.
func (s series) key(labels []string) string {
	var values []string
	for _, label := range labels {
		values = append(values, s.Metric[label])
	}
	return strings.Join(values, " ")
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
	var got []series
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got, err = p.at(expr, time.Now()); err == nil && len(got) == 1 && number(got[0].Value) == want {
			return
		}
	}
	t.Fatalf("%s is %v, %v; want %v", expr, got, err, want)
}
