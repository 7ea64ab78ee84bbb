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

func TestPlain(t *testing.T) {
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

// Whatever a text is, nothing of it is a control, it is one line, and it is itself
// when it is made plain again.
func FuzzPlain(f *testing.F) {
	for _, text := range []string{"name", "\x1b[2J", "a\nb", "\u202e", "\xff", "👩\u200d🔬", "\ufffd\xf0\x9f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := sanitize(text)
		if i := strings.IndexFunc(got, isUnsafe); i >= 0 || !utf8.ValidString(got) {
			t.Fatalf("%q is %q", text, got)
		}
		if again := sanitize(got); again != got {
			t.Fatalf("%q is %q, and then %q", text, got, again)
		}
		encoded, err := param.PlainJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, err := fmt.Fprint(&jsonEscapeWriter{w: &out}, string(encoded)); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(out.String(), isUnsafe); i >= 0 {
			t.Fatalf("the JSON of %q is %q", text, out.String())
		}
		var read, want string
		if err := json.Unmarshal([]byte(out.String()), &read); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &want); err != nil || read != want {
			t.Fatalf("%q is read as %q, want %q", out.String(), read, want)
		}
	})
}

// However a document is cut, it is escaped alike.
func TestEscapingWriterTakesAnyCut(t *testing.T) {
	const document, want = "{\"é\u202e\U000e0041😀\u009b\x7f\":1}\n", "{\"é\\u202e\\udb40\\udc41😀\\u009b\\u007f\":1}\n"
	for cut := range len(document) {
		var out strings.Builder
		w := &jsonEscapeWriter{w: &out}
		for _, piece := range []string{document[:cut], document[cut:]} {
			if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("%d bytes of %d written: %v", n, len(piece), err)
			}
		}
		if out.String() != want {
			t.Fatalf("cut at %d: %q, want %q", cut, out.String(), want)
		}
	}
}

// hostile is what others may put wherever they may put a text.
const hostile = "\x1b[2Jx\x1b]0;y\x07\nNEW LINE\r\t\u202eevil\u2066\u009bend"

// hostileResult has hostile text wherever a text of others stands.
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

// No form of output hands on a control, and none has lines of its reader's making.
func TestFormsAreSafe(t *testing.T) {
	for form := range resultWriters {
		got := render(t, form, hostileResult())
		if i := strings.IndexFunc(strings.ReplaceAll(got, "\n", ""), isUnsafe); i >= 0 {
			t.Errorf("%s hands a control on: %q", form, got)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimLeft(line, " |>\"'"), "NEW LINE") {
				t.Errorf("%s has a line that a name began: %q", form, line)
			}
		}
	}
}

func TestRunsAreShownSafely(t *testing.T) {
	run := aurea.Run{ID: "benchmark-1", Name: hostile, Note: hostile, Error: hostile, Baseline: true, Digest: hostile, Spec: aurea.Spec{Name: hostile}}
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
		if i := strings.IndexFunc(strings.ReplaceAll(text.String(), "\n", ""), isUnsafe); i >= 0 {
			t.Errorf("%s hands a control on: %q", what, text.String())
		}
		if strings.Contains(text.String(), "\nNEW LINE") {
			t.Errorf("%s has a line that a name began: %q", what, text.String())
		}
	}
}

// What was typed comes back in an error, and what is logged in a line of its own.
func TestErrorsAndLogsAreSafe(t *testing.T) {
	for _, args := range [][]string{
		{"run", "--jobs", hostile}, {"run", "--threshold", hostile}, {"run", hostile}, {hostile}, {"run", "--" + hostile},
		{"runs", "list", "--label", hostile}, {"compare", hostile, hostile}, {"run", "--jobs", "1", "--workload", hostile},
	} {
		code, stdout, stderr := runCommand(t, "", args...)
		if code == 0 || stdout != "" {
			t.Errorf("%q: exit %d, %q", args, code, stdout)
		}
		if line, isLine := strings.CutSuffix(stderr, "\n"); !isLine || strings.IndexFunc(line, isUnsafe) >= 0 {
			t.Errorf("%q: %q", args, stderr)
		}
	}
	var text strings.Builder
	log, err := newLog("info", &text)
	if err != nil {
		t.Fatal(err)
	}
	log.Info(hostile, "name", hostile, hostile, fmt.Errorf("%s", hostile))
	if line, isLine := strings.CutSuffix(text.String(), "\n"); !isLine || strings.IndexFunc(line, isUnsafe) >= 0 {
		t.Errorf("the log has %q", text.String())
	}
}

// A name of nothing that can be seen is no title.
func TestTitleOfABlankName(t *testing.T) {
	r := judgedResult()
	r.Name = " \n\t"
	if diff := cmp.Diff("benchmark-1", newReport(r).Title); diff != "" {
		t.Error(diff)
	}
}
