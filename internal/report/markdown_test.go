package report

import (
	"regexp"
	"strings"
	"testing"
)

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
			t.Errorf("the output lacks %q:\n%s", want, got)
		}
	}
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
