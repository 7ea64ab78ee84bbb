package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A threshold's value has the unit of its metric, not the one of the limit.
func TestThresholdsAreShownInTheirUnits(t *testing.T) {
	r := &aurea.Result{Thresholds: []aurea.ThresholdCheck{
		{Expression: "p99 < 10ms", Value: 0.0606863},
		{Expression: "mean_latency < 1s", Value: 505.6e-9, OK: true},
		{Expression: "duration < 1h", Value: 3723.4, OK: true},
		{Expression: "error_rate <= 0.01", Value: 0.0125},
		{Expression: "parts.search.error_rate < 1%", Value: 0.000000125, OK: true},
		{Expression: "throughput > 500", Value: 612.345, OK: true},
		{Expression: "total_cost <= 0.3", Value: 0.3, OK: true},
		{Expression: "cost_per_million < 3", Value: 0.0000001234},
		{Expression: "completed_jobs > 1e6", Value: 1234567, OK: true},
		{Expression: "counters.bytes_in.per_job > 1", Value: 12.5, OK: true},
		{Expression: "phases.connect.p99 < 5ms", NoData: true},
		{Expression: "p99 < 250", Value: 0.1, OK: true},
	}}
	want := [][]string{
		{"FAIL", "p99 < 10ms", "60.686ms"},
		{"pass", "mean_latency < 1s", "506ns"},
		{"pass", "duration < 1h", "1h2m3.4s"},
		{"FAIL", "error_rate <= 0.01", "1.25%"},
		{"pass", "parts.search.error_rate < 1%", "0.0000125%"},
		{"pass", "throughput > 500", "612.3/s"},
		{"pass", "total_cost <= 0.3", "0.3 EUR"},
		{"FAIL", "cost_per_million < 3", "0.0000001234 EUR"},
		{"pass", "completed_jobs > 1e6", "1234567"},
		{"pass", "counters.bytes_in.per_job > 1", "12.5"},
		{"no data", "phases.connect.p99 < 5ms", "–"},
		{"pass", "p99 < 250", "100ms"},
	}
	var got [][]string
	for _, check := range r.Thresholds {
		got = append(got, []string{thresholdState(check), check.Expression, formatThresholdValue(check, "EUR")})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without a successful job there are no times, and no cost per million jobs.
func TestNoSample(t *testing.T) {
	r := &aurea.Result{
		ID:     "benchmark-1",
		Status: aurea.StatusCompleted,
		Counts: aurea.Counts{Planned: 3, Dropped: 3},
		Cost:   aurea.Cost{Currency: "USD"},
	}
	const dashes = "–  –  –  –  –  –  –"
	for what, test := range map[string]struct{ text, want string }{
		"text":     {render(t, "text", r), "latency " + dashes},
		"markdown": {render(t, "markdown", r), "| latency | – | – | – | – | – | – | – |"},
		"html":     {render(t, "html", r), `<th scope="row">latency</th><td>–</td><td>–</td>`},
		"cost":     {render(t, "text", r), "cost 0 USD, – a million jobs"},
	} {
		words := strings.Join(strings.Fields(test.text), " ")
		if want := strings.Join(strings.Fields(test.want), " "); !strings.Contains(words, want) {
			t.Errorf("%s lacks %q:\n%s", what, want, test.text[:min(len(test.text), 8000)])
		}
	}
}

// judgedResult returns a result with a passed and a failed threshold. Its name
// is markup if it is not escaped.
func judgedResult() *aurea.Result {
	return &aurea.Result{
		ID:        "benchmark-1",
		Name:      "a|b <i>_x_</i>",
		Status:    aurea.StatusCompleted,
		Verdict:   aurea.VerdictFail,
		Duration:  2.5,
		StartTime: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		Validity: aurea.Validity{
			State:   aurea.Degraded,
			Reasons: []aurea.Reason{{State: aurea.Degraded, Message: "short"}},
		},
		Thresholds: []aurea.ThresholdCheck{
			{Expression: "p99 < 1s", Value: 0.5, OK: true},
			{Expression: "error_rate < 1%", Value: 0.25},
		},
		Errors: []aurea.ErrorClass{{Class: "status", Count: 3, Sample: "the answer is\n500 | nothing else"}},
		Series: []aurea.Point{
			{T: 1, OK: 50, Throughput: 50, P99: 0.2, InFlight: 4},
			{T: 2, OK: 100, Throughput: 100, P99: 0.4, InFlight: 2},
			{T: 2.5},
		},
	}
}

// render returns a result in an output format.
func render(t *testing.T, form string, r *aurea.Result) string {
	t.Helper()
	var text strings.Builder
	if err := Writers[form](aurea.Run{Result: r}, Options{}, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
