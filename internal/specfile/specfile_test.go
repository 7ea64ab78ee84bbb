package specfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// testOptions are those of the command, with one parameter that holds bytes.
var testOptions = Options{MaxValues: 1_000_000, MaxBytes: 16 << 20, Parameters: func(kind string) []param.Parameter {
	if kind == "http" {
		return []param.Parameter{{Name: "body", Type: param.Text}, {Name: "body_base64", Type: param.Text}}
	}
	return nil
}}

// parsed returns the fields of a file f as JSON, or its mistakes, one a line.
func parsed(t *testing.T, content string) string {
	t.Helper()
	f, err := Parse("f", []byte(content), testOptions)
	var wrong *Error
	if errors.As(err, &wrong) {
		var lines []string
		for _, mistake := range wrong.Mistakes {
			lines = append(lines, fmt.Sprintf("%d:%d: %v", mistake.Line, mistake.Column, mistake.FieldError))
		}
		return strings.Join(lines, "\n")
	}
	if err != nil {
		return err.Error()
	}
	encoded, err := param.PlainJSON(f.Fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// Scalars follow the core schema of YAML 1.2. Text is unchanged, and numbers
// keep their digits.
func TestYAMLScalars(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-28": `"2026-11-28"`, "2026-11-28T10:00:00+02:00": `"2026-11-28T10:00:00+02:00"`, "2001-12-14 21:59:43.10 -5": `"2001-12-14 21:59:43.10 -5"`,
		"12:30:45": `"12:30:45"`, "190:20:30": `"190:20:30"`,
		"yes": `"yes"`, "No": `"No"`, "on": `"on"`, "OFF": `"OFF"`, "y": `"y"`,
		"true": `true`, "True": `true`, "FALSE": `false`, "tRue": `"tRue"`,
		"null": `null`, "~": `null`, "": `null`, "Null": `null`, "nil": `"nil"`,
		"0": `0`, "-0": `-0`, "010": `10`, "007": `7`, "-012": `-12`, "+5": `5`, "00": `0`,
		"0o17": `15`, "0o18": `"0o18"`, "0x1F": `31`, "0xffffffffffffffffffff": `1208925819614629174706175`, "0b1": `"0b1"`, "-0x1": `"-0x1"`,
		"1_000": `"1_000"`, "1,000": `"1,000"`, "1e3": `1e3`, "1E+3": `1E+3`, "1.10": `1.10`, ".5": `0.5`, "5.": `5`, "-.5": `-0.5`, "5.e3": `5e3`, "01.50": `1.50`,
		"12345678901234567890123": `12345678901234567890123`, "1e400": `1e400`,
		".": `"."`, "+": `"+"`, "e3": `"e3"`, ".e3": `".e3"`, "1.2.3": `"1.2.3"`, "1 2": `"1 2"`,
		"'010'": `"010"`, `"\u00e9\x41\U0001F600"`: `"éA😀"`, "!!str 010": `"010"`, "!!int 010": `10`, "!!float 1": `1`, "!!timestamp 2026-11-28": `"2026-11-28"`,
		"!!binary aMOp": `"hé"`, "😀": `"😀"`, "a\tb": `"a\tb"`, "|\n  a\n  b\n": `"a\nb\n"`, "=": `"="`, "<<": `"<<"`,
	} {
		if got, want := parsed(t, "v: "+text), `{"v":`+want+`}`; got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// Line ends, a byte order mark and UTF-16 do not change the values of a file.
func TestYAMLFiles(t *testing.T) {
	for content, want := range map[string]string{
		"\ufeffa: 1":                            `{"a":1}`,
		"a: 1\r\nb: x\r\n":                      `{"a":1,"b":"x"}`,
		"\xff\xfea\x00:\x00 \x001\x00":          `{"a":1}`,
		"%YAML 1.2\n---\na: yes\n...\n":         `{"a":"yes"}`,
		"a: &x {b: 1}\nc: *x":                   `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x {b: 1, d: 2}\nc: {<<: *x, d: 3}": `{"a":{"b":1,"d":2},"c":{"b":1,"d":3}}`,
		"<<: [{a: 1}, {a: 2, b: 3}]":            `{"a":1,"b":3}`,
		"{kind: http, body: !!binary /w==}":     `{"body_base64":"/w==","kind":"http"}`,
		"{a: 1, b: [x]}":                        `{"a":1,"b":["x"]}`,
		`{"a": "\ud83d\ude00", "b": 1.50}`:      `{"a":"😀","b":1.50}`,
		"\ufeff{\"a\": 1}":                      `{"a":1}`,
	} {
		if got := parsed(t, content); got != want {
			t.Errorf("%q is %s, want %s", content, got, want)
		}
	}
}

// Each mistake of a file is reported in plain words with its position.
func TestMistakes(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{"", "f is empty; a spec begins with fields such as num_jobs: 100"},
		{" \n", "f is empty; a spec begins with fields such as num_jobs: 100"},
		{"# nothing\n", "f has no fields; a spec begins with fields such as num_jobs: 100"},
		{"---\n", "f has no fields; a spec begins with fields such as num_jobs: 100"},
		{"- a", "1:1: must be a mapping of fields to values, such as num_jobs: 100"},
		{"a: 1\n---\nb: 2", "2:1: there is a second document; a file holds one"},
		{"a: [1\nb: 2", "2:2: is not YAML: the list that begins in line 1 has no comma here, or no ] at its end"},
		{"a: {b: 1\n", "2:1: is not YAML: the object that begins in line 1 has no comma here, or no } at its end"},
		{"a: b: c",
			`1:5: is not YAML: there is a colon too many, or a wrong indentation; ` +
				`put a text that has ": " in it in quotes`},
		{"a:\n\t- b", "2:1: is not YAML: a tab cannot indent; use spaces"},
		{"a: @x", `1:4: is not YAML: a value cannot begin with "@"; put it in quotes`},
		{"a: \"x\nb: 1", "2:5: is not YAML: the quote that opens in line 1 is not closed"},
		{"a: 1\nb: \xff", "2:4: is not YAML: it is not UTF-8"},
		{"a: 1\nb: \x07",
			`2:4: is not YAML: a control character must be written as an escape in double quotes, such as "\x07"`},
		{"a: *x", "1:4: is not YAML: unknown anchor 'x' referenced"},
		{"a: 1\na: 2\na: 3\nb: .inf\nc: !foo x", "2:1: a: is given twice\n3:1: a: is given twice\n" +
			"4:4: b: must be a number that JSON has; got .inf\n" +
			"5:4: c: has the tag !foo, for which there is no use here"},
		{"w:\n  - b: 1\n    b: 2", "3:5: w[0].b: is given twice"},
		{"1: 2", "1:1: every key must be a string; put 1 in quotes"},
		{"? [a]\n: 1", "1:3: every key must be a string; put it in quotes"},
		{"a: !!int x", `1:4: a: has the tag !!int and must be that; got "x"`},
		{"a: !!binary x", "1:4: a: is marked as binary and must be base64: illegal base64 data at input byte 0"},
		{"a: !!binary /w==", "1:4: a: cannot hold bytes that are not text in UTF-8"},
		{"a: &a [*a]", "1:8: a" + strings.Repeat("[0]", 40) + ": is nested deeper than 40 levels"},
		{"{\n\"a\": 1 // c\n}", "2:8: is not JSON: invalid character '/' after object key:value pair"},
		{`{"a": 1,}`, "1:9: is not JSON: invalid character '}' looking for beginning of object key string"},
		{`{"a": 1} x`, "1:10: is not JSON: invalid character 'x' after top-level value"},
		{`{"a": 1`, "1:7: is not JSON: it ends too early"},
		{"{\"é\": [1],\n \"b\": [{}, {\"c\": 1,\n \"c\": 2}]}", "2:13: b[1].c: is given twice"},
		{`{"a": "\ud83d"}`, `1:1: the document has half of a surrogate pair near byte 7; ` +
			`write both halves, such as \ud83d\ude00, or the character itself`},
	} {
		if diff := cmp.Diff(test.want, parsed(t, test.content)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.content, diff)
		}
	}
}

// Large files are read in linear time, or refused at a limit. In quadratic time
// this test would take minutes.
func TestLargeFiles(t *testing.T) {
	var keys strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&keys, "k%d: %d\n", i, i)
	}
	f, err := Parse("f", []byte(keys.String()), testOptions)
	if err != nil || len(f.Fields) != 200_000 {
		t.Errorf("200,000 keys: %v", err)
	}
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		aliases := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", ")
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, aliases)
	}
	huge := "a: &a " + strings.Repeat("x", 1<<20) + "\nb: [" + strings.TrimSuffix(strings.Repeat("*a, ", 100), ", ") + "]"
	for name, test := range map[string]struct{ content, want string }{
		"aliases":      {bomb, "the file holds more than 1000000 values or 16 MiB once each alias is replaced"},
		"huge aliases": {huge, "the file holds more than 1000000 values or 16 MiB once each alias is replaced"},
		"merges":       {"a: &a {<<: *a}\nb: &b {<<: [*b, *b, *b]}", "is nested deeper than 40 levels"},
		"depth":        {strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "is nested deeper than 40 levels"},
		"more depth":   {strings.Repeat("[", 1<<20), "it is nested too deep"},
		"directives":   {strings.Repeat("%TAG !a! x\n", 10_000) + "---\na: 1", "f has more than 100 directives"},
		"digits":       {"a: 0x" + strings.Repeat("f", 1<<20), "has too many digits"},
	} {
		if got := parsed(t, test.content); !strings.Contains(got, test.want) {
			t.Errorf("%s: %.300s, want %s", name, got, test.want)
		}
	}
}

// Every parsed file can be encoded as JSON, also in its own order, and every
// location has a position.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb: [x, {c: ~}]", `{"a": "\ud83d\ude00"}`, "a: &a {<<: *a}", "a: !!binary /w==", "a: 0x1f\nb: 5.\nc: -.5e3",
		"? [a]\n: 1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		parsed, err := Parse("f", content, testOptions)
		if err != nil {
			return
		}
		encoded, err := json.Marshal(parsed.Fields)
		if err != nil {
			t.Fatal(err)
		}
		ordered, lines, err := parsed.JSON()
		var same map[string]any
		decoder := json.NewDecoder(bytes.NewReader(ordered))
		decoder.UseNumber()
		if err != nil || decoder.Decode(&same) != nil {
			t.Fatalf("%q became %s: %v", content, ordered, err)
		}
		if diff := cmp.Diff(parsed.Fields, same); diff != "" {
			t.Errorf("%q in its order (-want +got):\n%s", content, diff)
		}
		if slices.Contains(lines, 0) {
			t.Errorf("%q became %s, whose values have the lines %v", content, ordered, lines)
		}
		for _, location := range []string{"", "a", "a.b[0]", "b[1].c"} {
			if line, column := parsed.Position(location); line < 1 || column < 1 {
				t.Errorf("%s is at %d:%d of %q", location, line, column, content)
			}
		}
		if _, err := param.DecodeObject(encoded); err != nil && !strings.Contains(err.Error(), "deeper") {
			t.Errorf("%q became %s: %v", content, encoded, err)
		}
	})
}
