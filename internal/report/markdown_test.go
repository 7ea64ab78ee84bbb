package report

import (
	"regexp"
	"strings"
	"testing"
)

// The comment has the verdict, the thresholds and one row of latency; the rest
// is folded. Names are text, and tables have as many cells in every row.
func TestMarkdown(t *testing.T) {
	got := render(t, "markdown", judgedResult())
	heading, rest, _ := strings.Cut(got, "\n")
	if want := `### a\|b &lt;i&gt;\_x\_&lt;/i&gt;: FAIL`; heading != want {
		t.Errorf("the heading is %s, want %s", heading, want)
	}
	shown, folded, _ := strings.Cut(rest, "<details>")
	checkContains(t, "the comment", shown,
		"\nerror\\_rate &lt; 1% does not hold: it is 25%\n", "\n> **degraded**: short\n",
		"\n\n|  | threshold | value |\n|---|---|---|\n"+
			"| FAIL | error\\_rate &lt; 1% | 25% |\n| PASS | p99 &lt; 1s | 500ms |\n",
		"\n| latency | ", "\n0 ok of 0; 0/s ok in 2.5s\n")
	if n := strings.Count(shown, "\n| "); n != 1+2+1+1 {
		t.Errorf("the comment has %d rows before its fold:\n%s", n, shown)
	}
	checkContains(t, "the fold", folded, "\n| status | 3 | the answer is 500 \\| nothing else |\n",
		"\n```sh\naurea run ", "\n</details>\n")
	bars := regexp.MustCompile(`(?:^|[^\\])\|`)
	columns := 0 // of the current table
	for line := range strings.Lines(rest) {
		switch n := len(bars.FindAllString(line, -1)); {
		case !strings.HasPrefix(line, "|"):
			columns = 0
		case columns == 0:
			columns = n
		case n != columns:
			t.Errorf("%q has %d bars, its table has %d", line, n, columns)
		}
	}
}

// A run with one of everything is as in testdata.
func TestMarkdownGolden(t *testing.T) {
	run := shopRun()
	var text strings.Builder
	if err := Markdown(run, Options{Previous: previousOf(run.Result)}, &text); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "shop.md", text.String())
}

// A text cannot end its block of code.
func TestCodeBlock(t *testing.T) {
	for text, want := range map[string]string{
		"a": "```sh\na\n```", "a ``` b": "````sh\na ``` b\n````", "`````": "``````sh\n`````\n``````",
	} {
		if got := codeBlock(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
