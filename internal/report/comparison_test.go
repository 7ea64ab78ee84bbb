package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// resultsOf returns a completed result for each latency, in seconds.
func resultsOf(side string, latencies ...float64) []*aurea.Result {
	var results []*aurea.Result
	for i, latency := range latencies {
		results = append(results, &aurea.Result{
			ID: fmt.Sprintf("%s-%d", side, i), Name: "api", Status: aurea.StatusCompleted, Model: aurea.Closed,
			Counts: aurea.Counts{Planned: 200, OK: 200}, Throughput: 8 / latency, MeanLatency: latency,
			Latency: aurea.Summary{Count: 200, P50: latency, P90: latency, P99: 1},
			Verdict: aurea.VerdictPass, Thresholds: []aurea.ThresholdCheck{{Expression: "p99 < 9s", OK: true}},
		})
	}
	return results
}

// compared returns a comparison with a regression, and one with the conditions.
func compared(t *testing.T, failOn ...string) Compared {
	t.Helper()
	c := compare.Results(resultsOf("base", 1, 1.01, 1.02, 1.03, 1.04, 1.05),
		resultsOf("head", 1.2, 1.21, 1.22, 1.23, 1.24, 1.25), compare.Options{Threshold: 0.05})
	var conditions []compare.Condition
	for _, text := range failOn {
		condition, err := compare.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		conditions = append(conditions, condition)
	}
	c.Check(conditions)
	return Compared{Comparison: c, BaseName: "old", HeadName: "new\x1b", Facts: [][2]string{{"order", "AB BA"}}}
}

func writeComparison(t *testing.T, form string, c Compared) string {
	t.Helper()
	var out strings.Builder
	if err := ComparisonWriters[form](c, Options{}, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A comparison has a case for its evidence, and one for every metric, or for
// every condition. The document satisfies both schemas.
func TestJUnitOfComparison(t *testing.T) {
	little := Compared{Comparison: compare.Results(resultsOf("base", 1), resultsOf("head", 2), compare.Options{})}
	for _, test := range []struct {
		name string
		c    Compared
		want map[string]string
	}{
		{"a regression", compared(t), map[string]string{
			"evidence": "", "throughput": "failure regression", "mean_latency": "failure regression",
			"p50": "failure regression", "p90": "failure regression", "p99": "", "error_rate": "", "cost_per_million": "",
		}},
		{"conditions", compared(t, "p99 > +5%", "p50 > +5%"), map[string]string{
			"evidence": "", "p99 > +5%": "", "p50 > +5%": "failure condition",
		}},
		{"too little evidence", little, map[string]string{
			"evidence": "error too_little_evidence", "throughput": "skipped unknown", "mean_latency": "skipped unknown",
			"p50": "skipped unknown", "p90": "skipped unknown", "p99": "skipped unknown", "error_rate": "skipped unknown",
			"cost_per_million": "skipped unknown",
		}},
	} {
		text := writeComparison(t, "junit", test.c)
		var suites junitSuites
		if err := xml.Unmarshal([]byte(text), &suites); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, one := range suites.Suite.Cases {
			got[one.Name] = ""
			for kind, problem := range map[string]*junitProblem{
				"failure": one.Failure, "error": one.Error, "skipped": one.Skipped,
			} {
				if problem != nil {
					got[one.Name] = kind + " " + problem.Type
				}
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if test.c.BaseName == "" {
			continue // the schemas need a name
		}
		var root xmlElement
		if err := xml.Unmarshal([]byte(text), &root); err != nil {
			t.Fatal(err)
		}
		for name, schema := range map[string]junitSchema{"Ant": antSchema, "Jenkins": jenkinsSchema} {
			if wrong := schema.check(root); len(wrong) > 0 {
				t.Errorf("%s: not valid for %s: %v", test.name, name, wrong)
			}
		}
	}
	text := writeComparison(t, "junit", compared(t, "p50 > +5%"))
	const message = `message="p50 &gt; +5%: p50 is +19.5% [+16.5%, +22.5%], p = 0.002"`
	if !strings.Contains(text, message) {
		t.Errorf("it lacks %s:\n%s", message, text)
	}
}

// The HTML is one page with the tables, the facts and the data. Nothing in it
// is markup of the names.
func TestHTMLOfComparison(t *testing.T) {
	c := compared(t, "p50 > +5%")
	c.BaseName = "<b>"
	text := writeComparison(t, "html", c)
	for _, want := range []string{
		`<h1>&lt;b&gt; → new\x1b</h1>`, `<span class="badge bad">regression</span>`, `<dt>order</dt><dd>AB BA</dd>`,
		`<th scope="row">p50</th>`, `<th scope="row" class="bad">FAIL</th>`, `<td class="bad">worse</td>`,
		`&#34;verdict&#34;: &#34;regression&#34;`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s:\n%s", want, text)
		}
	}
}

// The JSON is the comparison, or the data that holds it.
func TestJSONOfComparison(t *testing.T) {
	c := compared(t)
	c.Data = map[string]int{"seed": 7}
	if got := writeComparison(t, "json", c); got != "{\n  \"seed\": 7\n}\n" {
		t.Errorf("with data: %s", got)
	}
	c.Data = nil
	var again compare.Comparison
	if err := json.Unmarshal([]byte(writeComparison(t, "json", c)), &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Comparison, again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A set shows the median of each metric and how much runs differ.
func TestSetText(t *testing.T) {
	results := resultsOf("run", 1, 1.1, 1.2)
	spreads, warnings := compare.Spreads(results)
	set := compare.Set{Times: 5, Cooldown: 2, Metrics: spreads, Warnings: warnings, Results: results}
	var text strings.Builder
	if err := SetWriters["text"](set, Options{}, &text); err != nil {
		t.Fatal(err)
	}
	want := `runs       3 of 5
cool-down  2s
passed     3 of 3

                  median    min       max   varies by  n
throughput        7.273/s   6.667/s   8/s   9.1%       3
mean_latency      1.1s      1s        1.2s  9.1%       3
p50               1.1s      1s        1.2s  9.1%       3
p90               1.1s      1s        1.2s  9.1%       3
p99               1s        1s        1s    0.0%       3
error_rate        0%        0%        0%    0.0%       3
cost_per_million  0         0         0     0.0%       3

`
	got := text.String()
	if i := strings.Index(got, "medians of runs"); i > 0 {
		got = got[:i]
	}
	if diff := cmp.Diff(strings.Fields(want), strings.Fields(got)); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, text.String())
	}
	for form, want := range map[string]string{
		"html": "<h1>api</h1>", "markdown": "### api: 3 of 5 runs\n", "json": `"variation": `,
	} {
		text.Reset()
		if err := SetWriters[form](set, Options{}, &text); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("%s lacks %s:\n%s", form, want, text.String())
		}
	}
}
