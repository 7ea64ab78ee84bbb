package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// hostile is a text with control sequences, line breaks and bidi overrides.
const hostile = "\x1b[2Jx\x1b]0;y\x07\nNEW LINE\r\t\u202eevil\u2066\u009bend"

// hostileResult returns a result with hostile text in every untrusted field.
func hostileResult() *aurea.Result {
	r := judgedResult()
	r.Name, r.Spec.Name = hostile, hostile
	r.Spec.Labels = map[string]string{"team": hostile}
	r.Spec.Workload = &aurea.Workload{Kind: "http", Parameters: map[string]any{"url": hostile}}
	r.Errors = []aurea.ErrorClass{{Class: hostile, Count: 3, Sample: hostile}}
	r.Thresholds = []aurea.ThresholdCheck{{Expression: "p99\n<\n1s", OK: true}, {Expression: "p50\t< 1s"}}
	r.Validity.Reasons[0].Message = hostile
	r.Parts = []aurea.PartResult{{Name: hostile}}
	r.Phases = param.Named[aurea.Summary]{{Name: hostile, Value: aurea.Summary{Count: 1}}}
	r.Counters = param.Named[aurea.Amount]{{Name: hostile}}
	r.Cost.Currency = "\u202eUSD"
	return r
}

// checkSafe reports unsafe characters in a text of several lines.
func checkSafe(t *testing.T, what, text string) {
	t.Helper()
	if lines := strings.ReplaceAll(text, "\n", ""); format.Sanitize(lines) != lines {
		t.Errorf("%s contains control characters: %q", what, text)
	}
}

// No output format passes control characters on, or lets a name begin a line.
func TestFormsAreSafe(t *testing.T) {
	for form := range Writers {
		got := render(t, form, hostileResult())
		checkSafe(t, form, got)
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimLeft(line, " |>\"'"), "NEW LINE") {
				t.Errorf("%s: a name begins the line %q", form, line)
			}
		}
	}
}

// A name without visible characters is not used as the title.
func TestTitleOfABlankName(t *testing.T) {
	r := judgedResult()
	r.Name = " \n\t"
	if diff := cmp.Diff("benchmark-1", titleOf(r)); diff != "" {
		t.Error(diff)
	}
}
