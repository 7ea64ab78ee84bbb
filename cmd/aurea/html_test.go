package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// judgedResult is a result with a threshold that holds, one that does not, and a name
// that is markup wherever it is not taken for text.
func judgedResult() *aurea.Result {
	return &aurea.Result{
		ID: "benchmark-1", Name: "a|b <i>_x_</i>", Status: aurea.StatusCompleted, Verdict: aurea.VerdictFail,
		Duration: 2.5, StartTime: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		Validity:   aurea.Validity{State: aurea.Degraded, Reasons: []aurea.Reason{{State: aurea.Degraded, Message: "short"}}},
		Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 1s", Value: 0.5, OK: true}, {Expression: "error_rate < 1%", Value: 0.25}},
		Errors:     []aurea.ErrorClass{{Class: "status", Count: 3, Sample: "the answer is\n500 | nothing else"}},
		Series:     []aurea.Point{{T: 1, OK: 50, Throughput: 50, P99: 0.2, InFlight: 4}, {T: 2, OK: 100, Throughput: 100, P99: 0.4, InFlight: 2}, {T: 2.5}},
	}
}

func render(t *testing.T, form string, r *aurea.Result) string {
	t.Helper()
	var text strings.Builder
	if err := resultWriters[form](r, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestMarkdown(t *testing.T) {
	got := render(t, "markdown", judgedResult())
	heading, rest, _ := strings.Cut(got, "\n")
	if want := `### a\|b &lt;i&gt;\_x\_&lt;/i&gt;: fail, degraded`; heading != want {
		t.Errorf("the heading is %s, want %s", heading, want)
	}
	for _, want := range []string{
		"\n\n|  | threshold | value |\n|---|---|---|\n| pass | p99 &lt; 1s | 500ms |\n| FAIL | error\\_rate &lt; 1% | 25% |\n",
		"\n| status | 3 | the answer is 500 \\| nothing else |\n",
		"\n> degraded: short\n",
	} {
		if !strings.Contains(rest, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	bars := regexp.MustCompile(`(?:^|[^\\])\|`)
	columns := 0 // of the table that a line is in
	for line := range strings.Lines(rest) {
		switch n := len(bars.FindAllString(line, -1)); {
		case !strings.HasPrefix(line, "|"):
			columns = 0
		case columns == 0:
			columns = n
		case n != columns:
			t.Errorf("%q is not of as many cells as its table has columns", line)
		}
	}
}

func TestHTML(t *testing.T) {
	r := judgedResult()
	got := render(t, "html", r)
	for _, want := range []string{
		"<title>a|b &lt;i&gt;_x_&lt;/i&gt;: fail, degraded</title>",
		"<blockquote>degraded: short</blockquote>",
		"<tr><td>FAIL</td><td>error_rate &lt; 1%</td><td>25%</td></tr>",
		"<figcaption>Throughput, up to 100 jobs/s in 2.5s</figcaption>",
		`<polyline points="160.0,50.0 320.0,0.0 400.0,100.0"/>`,
		`<polyline points="160.0,50.0 320.0,0.0"/></svg>`, // of p99, which the last point has no sample of
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if regexp.MustCompile(`(?i)<script|<link|src=|url\(|http`).MatchString(got) {
		t.Error("the page needs more than itself")
	}
	_, raw, _ := strings.Cut(got, "<pre>")
	raw, _, _ = strings.Cut(raw, "</pre>")
	unescaped := strings.NewReplacer("&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#39;", "'", "&#43;", "+", "&amp;", "&").Replace(raw)
	var inside, whole any
	if err := json.Unmarshal([]byte(unescaped), &inside); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(render(t, "json", r)), &whole); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, inside); diff != "" {
		t.Errorf("the result in the page (-want +got):\n%s", diff)
	}
	r.Series = r.Series[:1]
	if strings.Contains(render(t, "html", r), "<svg") {
		t.Error("one point makes a chart")
	}
}
