package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

func TestSanitize(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"p99 < 250ms, 5 µs, 日本, עברית, é, e\u0301, ½ – \u00a0", "p99 < 250ms, 5 µs, 日本, עברית, é, e\u0301, ½ – \u00a0"},
		{"👩\u200d🔬 می\u200cخواهم", "👩\u200d🔬 می\u200cخواهم"},
		{"\x1b[2J\x1b]0;owned\x07", `\x1b[2J\x1b]0;owned\a`},
		{"a\nb\r\nc\td\ve\ff\u0085g\u2028h\u2029i", "a b  c d e f g h i"},
		{"\u009b31m\x00\x7f", `\u009b31m\x00\x7f`},
		{"\u202egnp.exe\u2066\u200f\u061c\ufeff\u200b", `\u202egnp.exe\u2066\u200f\u061c\ufeff\u200b`},
		{"\xff\x9b \xe2\x82 \ufffd", `\xff\x9b \xe2\x82 ` + "\ufffd"},
		{"\U000e0041\ufffe", `\U000e0041\ufffe`},
	} {
		if got := sanitize(test.text); got != test.want {
			t.Errorf("%q is %q, want %q", test.text, got, test.want)
		}
	}
}

// Sanitized text is UTF-8 without unsafe characters, and sanitizing it again
// changes nothing. Escaped JSON has no unsafe characters either, and decodes to
// the same value.
func FuzzSanitize(f *testing.F) {
	for _, text := range []string{"name", "\x1b[2J", "a\nb", "\u202e", "\xff", "👩\u200d🔬", "\ufffd\xf0\x9f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := sanitize(text)
		if strings.ContainsFunc(got, isUnsafe) || !utf8.ValidString(got) {
			t.Fatalf("%q becomes %q", text, got)
		}
		if again := sanitize(got); again != got {
			t.Fatalf("%q becomes %q, and then %q", text, got, again)
		}
		encoded, err := param.PlainJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, err := fmt.Fprint(&jsonEscapeWriter{w: &out}, string(encoded)); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(out.String(), isUnsafe) {
			t.Fatalf("the JSON of %q is %q", text, out.String())
		}
		var decoded, want string
		if err := json.Unmarshal([]byte(out.String()), &decoded); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		if decoded != want {
			t.Fatalf("%q decodes to %q, want %q", out.String(), decoded, want)
		}
	})
}

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
	if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), isUnsafe) {
		t.Errorf("%s contains control characters: %q", what, text)
	}
}

// checkSafeLine reports a text that is not one line, or has unsafe characters.
func checkSafeLine(t *testing.T, what, text string) {
	t.Helper()
	line, isLine := strings.CutSuffix(text, "\n")
	if !isLine || strings.ContainsFunc(line, isUnsafe) {
		t.Errorf("%s is not one safe line: %q", what, text)
	}
}

// No output format passes control characters on, or lets a name begin a line.
func TestFormsAreSafe(t *testing.T) {
	for format := range resultWriters {
		got := render(t, format, hostileResult())
		checkSafe(t, format, got)
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimLeft(line, " |>\"'"), "NEW LINE") {
				t.Errorf("%s: a name begins the line %q", format, line)
			}
		}
	}
}

func TestRunsAreShownSafely(t *testing.T) {
	run := aurea.Run{
		ID:       "benchmark-1",
		Name:     hostile,
		Note:     hostile,
		Error:    hostile,
		Baseline: true,
		Digest:   hostile,
		Spec:     aurea.Spec{Name: hostile},
	}
	ended := run
	ended.Result = hostileResult()
	for what, print := range map[string]func(*strings.Builder) error{
		"the list":     func(w *strings.Builder) error { return printRuns(w, []aurea.Run{run, ended}) },
		"a run":        func(w *strings.Builder) error { return printRun(w, run) },
		"an ended run": func(w *strings.Builder) error { return printRun(w, ended) },
		"JSON":         func(w *strings.Builder) error { return writeJSON(w, run) },
	} {
		var text strings.Builder
		if err := print(&text); err != nil {
			t.Fatal(err)
		}
		checkSafe(t, what, text.String())
		if strings.Contains(text.String(), "\nNEW LINE") {
			t.Errorf("%s: a name begins a line: %q", what, text.String())
		}
	}
}

// Errors and log records are one safe line each, whatever the arguments are.
func TestErrorsAndLogsAreSafe(t *testing.T) {
	for _, args := range [][]string{
		{"run", "--jobs", hostile},
		{"run", "--threshold", hostile},
		{"run", hostile},
		{hostile},
		{"run", "--" + hostile},
		{"runs", "list", "--label", hostile},
		{"compare", hostile, hostile},
		{"run", "--jobs", "1", "--workload", hostile},
	} {
		what := fmt.Sprintf("%q", args)
		code, stdout, stderr := runCommand(t, "", args...)
		if code == exitOK {
			t.Errorf("%s: exit 0", what)
		}
		if stdout != "" {
			t.Errorf("%s: standard output has %q", what, stdout)
		}
		checkSafeLine(t, what, stderr)
	}
	var text strings.Builder
	log, err := newLog("info", &text)
	if err != nil {
		t.Fatal(err)
	}
	log.Info(hostile, "name", hostile, hostile, fmt.Errorf("%s", hostile))
	checkSafeLine(t, "the log", text.String())
}

// A name without visible characters is not used as the title.
func TestTitleOfABlankName(t *testing.T) {
	r := judgedResult()
	r.Name = " \n\t"
	if diff := cmp.Diff("benchmark-1", newReport(r).Title); diff != "" {
		t.Error(diff)
	}
}
