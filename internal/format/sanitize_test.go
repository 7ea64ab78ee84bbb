package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

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
		if got := Sanitize(test.text); got != test.want {
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
		got := Sanitize(text)
		if strings.ContainsFunc(got, isUnsafe) || !utf8.ValidString(got) {
			t.Fatalf("%q becomes %q", text, got)
		}
		if again := Sanitize(got); again != got {
			t.Fatalf("%q becomes %q, and then %q", text, got, again)
		}
		encoded, err := param.PlainJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, err := fmt.Fprint(NewJSONWriter(&out), string(encoded)); err != nil {
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
