package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
)

// acceptsThreshold is what decides whether a spec may have a threshold.
func acceptsThreshold(threshold string) error {
	_, err := aurea.ParseThreshold(threshold)
	return err
}

// k6Thresholds are thresholds of k6, and what becomes of each; "" for one that is
// left out.
var k6Thresholds = []struct{ metric, expression, want string }{
	{"http_req_duration", "p(95)<500", "p95 < 500ms"},
	{"http_req_duration", " p( 99.90 ) <= 1500.50 ", "p99.9 <= 1500.5ms"},
	{"http_req_duration", "p(99.99)<1e3", "p99.99 < 1000ms"},
	{"http_req_duration", "p(100)<900", "p100 < 900ms"},
	{"http_req_duration", "p(0)>0.25", "min > 0.25ms"},
	{"http_req_duration", "avg<200", "mean_latency < 200ms"},
	{"http_req_duration", "med < 150", "p50 < 150ms"},
	{"http_req_duration", "min>=1", "min >= 1ms"},
	{"http_req_duration", "max!=3000", "max != 3000ms"},
	{"http_req_duration{expected_response:true}", "p(90)<400", "p90 < 400ms"},
	{"http_req_failed", "rate<0.01", "error_rate < 1%"},
	{"http_req_failed", "rate<=0.07", "error_rate <= 7%"},
	{"http_req_failed", "rate<.0001", "error_rate < 0.01%"},
	{"http_req_failed", "rate===0", "error_rate == 0%"},
	{"http_reqs", "rate>100", "throughput > 100"},
	{"http_reqs", "count>=1000", "completed_jobs >= 1000"},
	{"iterations", "rate>99.5", "throughput > 99.5"},

	{"http_req_duration", "p(999)<500", ""}, // p999 is p99.9 here
	{"http_req_duration", "p(101)<500", ""},
	{"http_req_duration", "p(95)<1e99", ""},
	{"http_req_duration", "p(95)<-1", ""},
	{"http_req_duration", "p(95)<500 && avg<200", ""},
	{"http_req_duration", "count>5", ""},
	{"http_req_duration", "p95<500", ""},
	{"http_req_duration{scenario:a}", "p(95)<500", ""},
	{"http_req_duration{expected_response:true,scenario:a}", "p(95)<500", ""},
	{"http_req_failed", "rate<1.5", ""},
	{"http_req_failed{group:::login}", "rate<0.1", ""},
	{"http_req_waiting", "p(95)<500", ""},
	{"http_reqs{status:200}", "count>5", ""},
	{"iteration_duration", "p(95)<500", ""},
	{"dropped_iterations", "count<1", ""},
	{"checks", "rate>0.99", ""},
	{"vus", "value<5", ""},
	{"my own\u2028\ttrend", "p(95)<500", ""},
}

// Thresholds of k6 become those of a spec in both formats, and none is lost
// without a reason.
func TestK6Thresholds(t *testing.T) {
	for _, test := range k6Thresholds {
		for _, outcome := range []string{"true", `{"ok": false}`} {
			text := fmt.Sprintf(`{"metrics": {%q: {"thresholds": {%q: %s}}}}`, test.metric, test.expression, outcome)
			text = strings.ReplaceAll(text, `\u2028`, "\u2028")
			s, err := ReadK6Summary(text, acceptsThreshold)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if got := strings.Join(s.thresholds, ", "); got != test.want {
				t.Errorf("%s: %s became %q, want %q", test.metric, test.expression, got, test.want)
			}
			if left := test.want == ""; left != (len(s.LeftOut) == 1) {
				t.Errorf("%s: %s has the reasons %q", test.metric, test.expression, s.LeftOut)
			}
		}
	}
}

// A threshold of iterations has a counterpart only if each of them was a request.
func TestK6IterationsOfSeveralRequests(t *testing.T) {
	const text = `{"metrics": {"http_reqs": {"count": 20},
		"iterations": {"count": 10, "thresholds": {"rate>5": false}}}}`
	s, err := ReadK6Summary(text, acceptsThreshold)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Left out: iterations: rate>5 (an iteration of the script is not one request, as a job is here)."}
	if diff := cmp.Diff(want, s.LeftOut); diff != "" || len(s.thresholds) > 0 {
		t.Errorf("left out (-want +got):\n%s\nthresholds %q", diff, s.thresholds)
	}
}

// Equal thresholds of two metrics are one; those beyond the most of a spec are
// left out.
func TestK6ManyThresholds(t *testing.T) {
	entries := make([]string, 51)
	for i := range entries {
		entries[i] = fmt.Sprintf(`"p(95)<%d": false`, i+100)
	}
	all := `{"thresholds": {` + strings.Join(entries, ",") + `}}`
	s, err := ReadK6Summary(`{"metrics": {"http_req_duration": `+all+`, "http_req_duration{expected_response:true}": `+
		`{"thresholds": {"p(95)<100": false}}}}`, acceptsThreshold)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.thresholds) != 50 {
		t.Errorf("there are %d thresholds, want 50", len(s.thresholds))
	}
	want := []string{"Left out: http_req_duration: p(95)<150 (a spec has up to 50)."}
	if !slices.Equal(s.LeftOut, want) {
		t.Errorf("left out %q, want %q", s.LeftOut, want)
	}
}

// The load of a spec is that of the test, from what a summary has.
func TestK6Load(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]any
	}{
		"handleSummary": {`{"state": {"testRunDurationMs": 30018.4068}, "metrics": {"vus_max": {"type": "gauge",
			"contains": "default", "values": {"value": 20, "min": 20, "max": 25}},
			"iterations": {"values": {"count": 9}}}}`,
			map[string]any{"concurrency": 25, "duration": "30s"}},
		"summary export": {`{"metrics": {"vus": {"value": 1, "min": 1, "max": 19}, "vus_max": {"value": 20, "max": 20},
			"iterations": {"count": 45, "rate": 1.0922}, "http_reqs": {"count": 90, "rate": 1}}}`,
			map[string]any{"concurrency": 20, "duration": "41s"}},
		"without vus_max": {`{"metrics": {"vus": {"max": 19}, "http_reqs": {"count": 90, "rate": 20}}}`,
			map[string]any{"concurrency": 19, "duration": "4.5s"}},
		"short": {`{"state": {"testRunDurationMs": 250.7}, "metrics": {}}`,
			map[string]any{"concurrency": 1, "duration": "251ms"}},
		"count alone": {`{"metrics": {"iterations": {"count": 45}}}`, map[string]any{"concurrency": 1, "num_jobs": 45}},
		"very large": {`{"state": {"testRunDurationMs": 1e300}, "metrics": {"vus": {"max": 1e300}}}`,
			map[string]any{"concurrency": 10_000_000, "duration": "24h0m0s"}},
		"nothing": {`{"metrics": {}}`, map[string]any{"concurrency": 1, "num_jobs": 100}},
		"a rate of nothing": {`{"metrics": {"iterations": {"count": 0, "rate": 0}}}`,
			map[string]any{"concurrency": 1, "num_jobs": 100}},
	} {
		s, err := ReadK6Summary(test.text, acceptsThreshold)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		test.want["workload"] = map[string]any{"kind": "http", "url": "http://h/{{job}}$${A}"}
		var got map[string]any
		if err := yaml.Unmarshal([]byte(s.Spec("http://h/{{job}}${A}")), &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is wrong with a summary is said with its place.
func TestK6SummaryErrors(t *testing.T) {
	const instead = "; write one with --summary-export FILE, or the data of handleSummary"
	for text, want := range map[string]string{
		"":                        "1:1: is not JSON: it ends too early",
		"{\n\"metrics\" 1}":       "2:11: is not JSON: invalid character '1' after object key",
		"{}":                      "metrics: is needed: the document is no summary of k6" + instead,
		"[]":                      "1:1: must be an object, as summaries of k6 are",
		"\n null":                 "2:2: must be an object, as summaries of k6 are",
		`{"metrics": [1]}`:        "metrics: must be an object with a member for each metric" + instead,
		`{"metrics": null}`:       "metrics: must be an object with a member for each metric" + instead,
		`{"metrics": {"vus": 1}}`: "metrics.vus: must be an object with the values of a metric",
		`{"type":"Metric","metric":"vus"}` + "\n{}": "metric: is of samples, which --out json writes, " +
			"not of a summary" + instead,
		`{"metrics": {"a": {"thresholds": 5}}}`: `metrics.a.thresholds: must be an object such as {"p(95)<500": false}`,
		`{"metrics": {"a": {"thresholds": {"p(95)<5": "ok"}}}}`: `metrics.a.thresholds.p(95)<5: must be true, false, ` +
			`or an object such as {"ok": true}`,
		`{"metrics": {"a": {"thresholds": {"p(95)<5": {}}}}}`: `metrics.a.thresholds.p(95)<5: must be true, false, ` +
			`or an object such as {"ok": true}`,
		`{"metrics": {"vus": {"values": 1}}}`:          "metrics.vus.values: must be an object with numbers",
		`{"metrics": {"vus": {"max": "5"}}}`:           `metrics.vus.max: must be a number from 0; got "5"`,
		`{"metrics": {"vus": {"values":{"max": -5}}}}`: `metrics.vus.values.max: must be a number from 0; got -5`,
		`{"metrics": {"iterations": {"rate": 1e999}}}`: `metrics.iterations.rate: must be a number from 0; got 1e999`,
		`{"metrics": {}, "state": 1}`:                  `state: must be an object such as {"testRunDurationMs": 30000}`,
		`{"metrics": {}, "state": {"testRunDurationMs": "a"}}`: `state.testRunDurationMs: must be a number from 0; ` +
			`got "a"`,
	} {
		if _, err := ReadK6Summary(text, acceptsThreshold); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// Any text is refused with its place, or makes a document with a load and right
// thresholds.
func FuzzK6Summary(f *testing.F) {
	for _, test := range k6Thresholds {
		f.Add(fmt.Sprintf(`{"metrics": {%q: {"thresholds": {%q: {"ok": true}}}}}`, test.metric, test.expression))
	}
	f.Add(`{"state": {"testRunDurationMs": 1e300}, "metrics": {"vus": {"values": {"max": 1e300}}}}`)
	f.Add(`{"metrics": {"http_reqs": {"count": 1e300, "rate": 1e-300}, "a\u2028b": {"thresholds": {"\ufeff": true}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadK6Summary(text, acceptsThreshold)
		if err != nil {
			var at *Error
			var within *LocationError
			if !errors.As(err, &at) && !errors.As(err, &within) {
				t.Fatalf("%v has no place", err)
			}
			return
		}
		written := s.Spec("http://h/")
		var spec struct {
			Concurrency int64
			Duration    string
			NumJobs     int64 `yaml:"num_jobs"`
			Thresholds  []string
			Workload    struct{ Kind, URL string }
		}
		if err := yaml.Unmarshal([]byte(written), &spec); err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if spec.Concurrency < 1 || (spec.Duration == "") == (spec.NumJobs < 1) || spec.Workload.URL != "http://h/" {
			t.Errorf("wrong load:\n%s", written)
		}
		for _, threshold := range spec.Thresholds {
			if err := acceptsThreshold(threshold); err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}
