package deploy_test

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A prometheus is a running Prometheus, queried as Grafana does.
type prometheus struct{ aureatest.Prometheus }

// scrape is the interval of scrapes and rule evaluations in tests.
const scrape = 500 * time.Millisecond

// intervalSetting matches the intervals of the shipped configuration, which
// tests shorten from minutes to seconds.
var intervalSetting = regexp.MustCompile(`\b(scrape_interval|evaluation_interval|interval): \d+s`)

// startPrometheus starts a real Prometheus with the shipped configuration,
// rules and flags, additional flags, and a file of targets with the given
// target.
func startPrometheus(t *testing.T, target string, more ...string) prometheus {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rules.yaml"),
		intervalSetting.ReplaceAllString(read(t, "deploy/prometheus/rules.yaml"), "$1: "+scrape.String()))
	write(t, filepath.Join(dir, "targets/aurea.json"), fmt.Sprintf(`[{"targets": [%q]}]`, target))
	config := intervalSetting.ReplaceAllString(read(t, "deploy/prometheus/prometheus.yaml"), "$1: "+scrape.String())
	for _, file := range []string{"rules.yaml", "targets/aurea.json"} {
		if strings.Count(config, "["+file+"]") != 1 {
			t.Fatalf("the configuration does not read %s", file)
		}
		config = strings.Replace(config, "["+file+"]", "["+filepath.Join(dir, file)+"]", 1)
	}
	return prometheus{aureatest.StartPrometheus(t, config, append(flags(t), more...)...)}
}

// A Prometheus outside of a container scrapes the service with its own
// configuration and evaluates the rules.
func TestLocalPrometheus(t *testing.T) {
	t.Parallel()
	service, _ := aureatest.Serve(t)
	config := intervalSetting.ReplaceAllString(read(t, "deploy/prometheus/local.yaml"), "$1: "+scrape.String())
	for old, now := range map[string]string{
		"[rules.yaml]":                "[" + filepath.Join(root, "deploy/prometheus/rules.yaml") + "]",
		`targets: ["localhost:5000"]`: fmt.Sprintf("targets: [%q]", strings.TrimPrefix(service, "http://")),
	} {
		if strings.Count(config, old) != 1 {
			t.Fatalf("the configuration has no %s", old)
		}
		config = strings.Replace(config, old, now, 1)
	}
	p := prometheus{aureatest.StartPrometheus(t, config)}
	p.await(t, `up{job="aurea"}`, 1)
	p.await(t, `benchmark_queue_limit{job="aurea"}`, 16)
	var loaded struct{ Groups []struct{ Rules []any } }
	if err := p.Get("rules", nil, &loaded); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, group := range loaded.Groups {
		n += len(group.Rules)
	}
	if want := len(rules(t)); n != want {
		t.Errorf("it evaluates %d rules, want %d", n, want)
	}
}

// flags returns the flags of compose.yaml except those about container paths.
func flags(t *testing.T) (flags []string) {
	t.Helper()
	for _, flag := range parse[composition](t, read(t, "compose.yaml")).Services["prometheus"].Command {
		if !strings.HasPrefix(flag, "--config.file=") && !strings.HasPrefix(flag, "--storage.tsdb.path=") {
			flags = append(flags, flag)
		}
	}
	return flags
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

// A series is one series of a query's result.
type series struct {
	Metric map[string]string
	Value  [2]any   // of an instant query: time, number
	Values [][2]any // of a range query

	Histograms [][2]any // of a range query of native histograms
}

// at evaluates an expression at a time.
func (p prometheus) at(expr string, at time.Time) ([]series, error) {
	return p.ask("query", url.Values{"query": {expr}, "time": {stamp(at)}})
}

// over evaluates an expression over a time range, as a panel does.
func (p prometheus) over(expr string, from, to time.Time) ([]series, error) {
	return p.ask("query_range", url.Values{"query": {expr}, "start": {stamp(from)}, "end": {stamp(to)},
		"step": {"0.5"}})
}

func (p prometheus) ask(path string, values url.Values) ([]series, error) {
	var data struct{ Result []series }
	err := p.Get(path, values, &data)
	return data.Result, err
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// numbers returns the finite values of a series.
func (s series) numbers() (numbers []float64) {
	for _, sample := range append(s.Values, s.Value) {
		if value := number(sample); !math.IsNaN(value) && !math.IsInf(value, 0) {
			numbers = append(numbers, value)
		}
	}
	return numbers
}

// key joins the values of some labels with spaces.
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

// await waits until an expression has the wanted value.
func (p prometheus) await(t *testing.T, expr string, want float64) {
	t.Helper()
	p.Await(t, expr, func(got float64) bool { return got == want })
}
