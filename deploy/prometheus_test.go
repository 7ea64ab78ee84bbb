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

// A prometheus is a running one, asked as Grafana asks.
type prometheus struct{ aureatest.Prometheus }

// scrape is how often a test's Prometheus scrapes and evaluates rules.
const scrape = 500 * time.Millisecond

// quick makes Prometheus look more often than it does where it is shipped, so
// that a test sees in seconds what else takes minutes.
var quick = regexp.MustCompile(`\b(scrape_interval|evaluation_interval|interval): \d+s`)

// startPrometheus starts a real Prometheus with the shipped configuration, rules
// and flags, some more flags, and a file of targets that names another one.
func startPrometheus(t *testing.T, target string, more ...string) prometheus {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rules.yaml"), quick.ReplaceAllString(read(t, "deploy/prometheus/rules.yaml"), "$1: "+scrape.String()))
	write(t, filepath.Join(dir, "targets/aurea.json"), fmt.Sprintf(`[{"targets": [%q]}]`, target))
	config := quick.ReplaceAllString(read(t, "deploy/prometheus/prometheus.yaml"), "$1: "+scrape.String())
	for _, file := range []string{"rules.yaml", "targets/aurea.json"} {
		if strings.Count(config, "["+file+"]") != 1 {
			t.Fatalf("the configuration does not read %s", file)
		}
		config = strings.Replace(config, "["+file+"]", "["+filepath.Join(dir, file)+"]", 1)
	}
	return prometheus{aureatest.StartPrometheus(t, config, append(flags(t), more...)...)}
}

// A Prometheus beside the service, without containers, scrapes it by its own
// configuration and evaluates the rules.
func TestLocalPrometheus(t *testing.T) {
	t.Parallel()
	service, _ := aureatest.Serve(t)
	config := quick.ReplaceAllString(read(t, "deploy/prometheus/local.yaml"), "$1: "+scrape.String())
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

// flags are those of compose.yaml that are not about a container's folders.
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

// A series is one line of a picture.
type series struct {
	Metric map[string]string
	Value  [2]any   // of a query of one moment: time, number
	Values [][2]any // of a query of a stretch of time

	Histograms [][2]any // of the same, where the values are native histograms
}

// at evaluates an expression at one moment.
func (p prometheus) at(expr string, moment time.Time) ([]series, error) {
	return p.ask("query", url.Values{"query": {expr}, "time": {stamp(moment)}})
}

// over evaluates an expression over a stretch of time, as a picture does.
func (p prometheus) over(expr string, from, to time.Time) ([]series, error) {
	return p.ask("query_range", url.Values{"query": {expr}, "start": {stamp(from)}, "end": {stamp(to)}, "step": {"0.5"}})
}

func (p prometheus) ask(path string, values url.Values) ([]series, error) {
	var data struct{ Result []series }
	err := p.Get(path, values, &data)
	return data.Result, err
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

// await waits until an expression is one number.
func (p prometheus) await(t *testing.T, expr string, want float64) {
	t.Helper()
	p.Await(t, expr, func(got float64) bool { return got == want })
}
