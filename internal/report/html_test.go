package report

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// writePage returns a run as a page of HTML.
func writePage(t *testing.T, run aurea.Run, o Options) string {
	t.Helper()
	var page strings.Builder
	if err := HTML(run, o, &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// The page has the verdict, the doubts with what to do, the figures, the
// thresholds, the tables, the machine and how to do it again.
func TestHTML(t *testing.T) {
	run := shopRun()
	run.Result.Environment = aurea.Environment{
		CPU: "Chip 9", Cores: 2, MemoryBytes: 8 << 30, OS: "linux/amd64", Version: "v1", Go: "go1.26",
	}
	page := writePage(t, run, Options{Previous: previousOf(run.Result)})
	checkContains(t, "the page", page,
		"<title>shop: FAIL</title>",
		`<time datetime="2026-11-23T09:30:00Z">23 November 2026, 09:30:00 UTC</time>`,
		`<span class="badge bad">FAIL</span> <span>p99 &lt; 50ms does not hold: it is 183ms; 1 more threshold fails</span>`,
		`<div class="doubt degraded"><p><b>degraded</b>: the generator started jobs late`, "<p>→ ask for a lower",
		`<div><dt>Rate</dt><dd>94.77/s<small>of 100/s asked for</small></dd></div>`,
		`<div><dt>Not ok</dt><dd class="bad">5%<small>25 of 500 jobs</small></dd></div>`,
		`<code>error_rate &lt; 1%</code></th><td>5%</td><td><span class="badge bad">fail</span>`,
		`<tr><th scope="row">pay</th><td>75</td><td>20</td><td>15</td><td>31ms</td>`,
		`<tr><th scope="row">503</th><td>20</td></tr>`,
		"<dt>Machine</dt><dd>Chip 9, 2 cores, 8.0 GiB</dd>",
		"<dt>Beside the run before</dt><dd>p50 as before, p99 +100%",
		"aurea run --rate 100 --duration 6s",
		"&#34;thresholds&#34;: [",
	)
	if strings.Contains(page, ">retries<") || !strings.Contains(writePage(t, run, Options{Verbose: true}), ">retries<") {
		t.Error("counters at zero are not in the verbose page alone")
	}
}

// The page holds the result, which can be read back: with its histogram,
// without its jobs.
func TestHTMLHoldsTheResult(t *testing.T) {
	run := shopRun()
	run.Result.Name = `</script><script>alert(1)</script><!--`
	page := writePage(t, run, Options{})
	text, found := ResultIn([]byte(page))
	if !found {
		t.Fatal("there is no result in the page")
	}
	results, err := aurea.DecodeResults(text)
	if err != nil {
		t.Fatal(err)
	}
	want := *run.Result
	want.Histogram = aurea.NewHistogram("latency", run.Samples.Tally.Latency)
	if diff := cmp.Diff(&want, results[0], cmp.AllowUnexported(aurea.Threshold{})); diff != "" {
		t.Errorf("the result in the page (-want +got):\n%s", diff)
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("%d script elements end, want 2", n)
	}
	if _, found := ResultIn([]byte("<html></html>")); found {
		t.Error("another page holds a result")
	}
}

// The page needs nothing from elsewhere, and its policy allows only its own
// style and script.
func TestHTMLPolicy(t *testing.T) {
	page := writePage(t, shopRun(), Options{})
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("there is no policy")
	}
	hash := func(begin, end string) string {
		_, rest, _ := strings.Cut(page, begin)
		content, _, found := strings.Cut(rest, end)
		if !found {
			t.Fatalf("there is no %s", begin)
		}
		sum := sha256.Sum256([]byte(content))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash("<style>", "</style>") + "; script-src " +
		hash(`<script type="module">`, "</script>") + "; base-uri 'none'; form-action 'none'"
	if diff := cmp.Diff(want, html.UnescapeString(policy[1])); diff != "" {
		t.Errorf("the policy (-want +got):\n%s", diff)
	}
	foreign := regexp.MustCompile(`(?i)<link|\ssrc=|url\(|@import|\son[a-z]+=|\sstyle=|https?://(?:[^w]|w[^w])`)
	if match := foreign.FindString(page); match != "" {
		t.Errorf("the page has %q, want no references, handlers or styles", match)
	}
}

// Every table scrolls by itself on a narrow screen, and has a header for each
// row and column.
func TestHTMLTables(t *testing.T) {
	page := writePage(t, shopRun(), Options{})
	region := regexp.MustCompile(`<div class="wide" role="region" aria-label="[^"]+" tabindex="0"><table`)
	regions := len(region.FindAllString(page, -1))
	if tables := strings.Count(page, "<table"); tables < 5 || regions != tables {
		t.Errorf("%d of %d tables scroll by themselves", regions, tables)
	}
	rows := strings.Count(page, "<tr>") - strings.Count(page, "<thead>")
	if headers := strings.Count(page, `<th scope="row">`); headers != rows {
		t.Errorf("%d of %d rows have a header", headers, rows)
	}
}

// The modules are bundled without imports and exports, each once.
func TestBundle(t *testing.T) {
	text := script()
	if match := regexp.MustCompile(`(?m)^\s*(?:import|export)\b.*`).FindString(text); match != "" {
		t.Errorf("the script has %q", match)
	}
	for module, declares := range map[string]string{
		"charts/svg.js": "const textWidth =", "charts/plot.js": "function plot(",
		"core/format.js": "function duration(", "report.js": "const course =",
	} {
		if n := strings.Count(text, declares); n != 1 {
			t.Errorf("%s is there %d times", module, n)
		}
	}
}
