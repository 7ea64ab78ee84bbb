package report

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTML(t *testing.T) {
	r := judgedResult()
	got := render(t, "html", r)
	for _, want := range []string{
		"<title>a|b &lt;i&gt;_x_&lt;/i&gt;: fail, degraded</title>",
		"<blockquote>degraded: short</blockquote>",
		"<tr><td>FAIL</td><td>error_rate &lt; 1%</td><td>25%</td></tr>",
		"<figcaption>Throughput, up to 100 jobs/s in 2.5s</figcaption>",
		`<polyline points="160.0,50.0 320.0,0.0 400.0,100.0"/>`,
		`<polyline points="160.0,50.0 320.0,0.0"/></svg>`, // p99: the last point has no sample
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s:\n%s", want, got)
		}
	}
	if match := regexp.MustCompile(`(?i)<script|<link|src=|url\(|http`).FindString(got); match != "" {
		t.Errorf("the page has %q, want no scripts and no references", match)
	}
	const region = `<div class="wide" role="region" aria-label="Table" tabindex="0"><table>`
	tables, scrolled := strings.Count(got, "<table>"), strings.Count(got, region)
	if tables == 0 || scrolled != tables {
		t.Errorf("%d of %d tables scroll by themselves on a narrow screen", scrolled, tables)
	}
	_, raw, _ := strings.Cut(got, "<pre>")
	raw, _, _ = strings.Cut(raw, "</pre>")
	var embedded, want any
	if err := json.Unmarshal([]byte(html.UnescapeString(raw)), &embedded); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(render(t, "json", r)), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, embedded); diff != "" {
		t.Errorf("the result in the page (-want +got):\n%s", diff)
	}
	r.Series = r.Series[:1]
	if strings.Contains(render(t, "html", r), "<svg") {
		t.Error("a single point makes a chart")
	}
}
