package aurea

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every row is a document that is not exactly one JSON object.
func TestDecodeSpecRejectsOtherDocuments(t *testing.T) {
	const (
		empty    = `the document is empty; send a JSON object such as {"num_jobs": 100}`
		early    = "the document is not JSON: it ends too early"
		notJSON  = "the document is not JSON: invalid character "
		object   = "the document must be a JSON object; got "
		tooDeep  = "the document is nested deeper than 32 levels"
		tooMany  = "there is more than one JSON value in the document"
		twice    = "is given twice"
		half     = "the document has half of a surrogate pair "
		whole    = `write both halves, such as \ud83d\ude00, or the character itself`
		needJobs = "is needed, or duration or stages: how many jobs, or for how long"
	)
	for _, test := range []struct{ document, location, message string }{
		{"", "", empty},
		{" \n\t", "", empty},
		{"{}", "num_jobs", needJobs},
		{"[]", "", object + "a list"},
		{`"num_jobs"`, "", object + `"num_jobs"`},
		{"100", "", object + "100"},
		{"null", "", object + "null"},
		{"{", "", early},
		{`{"num_jobs"`, "", early},
		{`{"num_jobs": 1`, "", early},
		{`{"num_jobs": "1`, "", early},
		{`num_jobs=100`, "", notJSON + "'m' in literal null (expecting 'l') near byte 0"},
		{`{num_jobs: 100}`, "", notJSON + "'n' near byte 1"},
		{`{"num_jobs": NaN}`, "", notJSON + "'N' looking for beginning of value near byte 13"},
		{`{"num_jobs": Infinity}`, "", notJSON + "'I' looking for beginning of value near byte 13"},
		{`{"num_jobs": 01}`, "", notJSON + "'1' after object key:value pair near byte 14"},
		{`{"num_jobs": 1,}`, "", notJSON + "'}' looking for beginning of object key string near byte 15"},
		{`{"num_jobs": 1 "seed": 2}`, "", notJSON + `'"' after object key:value pair near byte 15`},
		{`{"num_jobs": 1} x`, "", notJSON + "'x' looking for beginning of value near byte 16"},
		{`{"num_jobs": 1}{"num_jobs": 2}`, "", tooMany},
		{`{"num_jobs": 1, "name": "` + "\xff" + `"}`, "", "the document is not valid UTF-8"},
		{`{"num_jobs": 1, "name": "\ud83d"}`, "", half + "near byte 25; " + whole},
		{`{"num_jobs": 1, "name": "\ude00\ud83d"}`, "", half + "near byte 25; " + whole},
		{`{"num_jobs": 1, "name": "\ud83d\u0041"}`, "", half + "near byte 25; " + whole},
		{`{"num_jobs": 1, "name": "\\\ud83dx"}`, "", half + "near byte 27; " + whole},
		{`{"num_jobs": 1, "\uD83D": 2}`, "", half + "near byte 17; " + whole},
		{`{"num_jobs": 1, "num_jobs": 1}`, "num_jobs", twice},
		{`{"num_jobs": 1, "num_\u006aobs": 1}`, "num_jobs", twice},
		{`{"num_jobs": 1, "workload": {"kind": "sleep", "kind": "noop"}}`, "workload.kind", twice},
		{`{"stages": [{}, {"rate": 1, "rate": 2}]}`, "stages[1].rate", twice},
		{`{"a": [[{"b": {"c": 1, "c": 1}}]]}`, "a[0][0].b.c", twice},
		{strings.Repeat("[", 100_000), "", tooDeep},
		{`{"stages": ` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + "}", "", tooDeep},
		{`{"stages": ` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + "}", "stages[0]",
			"must be an object; got a list"},
	} {
		_, err := DecodeSpec([]byte(test.document))
		if diff := cmp.Diff([]FieldError{{Location: test.location, Message: test.message}},
			fieldsOf(t, err)); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", test.document, diff)
		}
	}
}

// A pair of escapes is one character. An escaped backslash does not start one.
func TestDecodeSpecReadsSurrogatePairs(t *testing.T) {
	for document, want := range map[string]string{
		`{"num_jobs": 1, "name": "\ud83d\ude00\uD83D\uDE00"}`: "😀😀",
		`{"num_jobs": 1, "name": "\\ud83d"}`:                  `\ud83d`,
		`{"num_jobs": 1, "name": "\u0041\""}`:                 `A"`,
	} {
		spec, err := DecodeSpec([]byte(document))
		if err != nil || spec.Name != want {
			t.Errorf("%s: %q, %v; want %q", document, spec.Name, err, want)
		}
	}
}

// A document of the largest accepted size costs memory in proportion to it, and
// its error is short enough to read.
func TestHostileDocumentsCostNoMoreThanTheirSize(t *testing.T) {
	const size = 1 << 20
	x := strings.Repeat("x", size)
	many := func(entry string) string {
		return strings.TrimSuffix(strings.Repeat(entry+",", size/(len(entry)+1)), ",")
	}
	for name, document := range map[string]string{
		"unknown fields":      "{" + numbered(size/11) + "}",
		"unknown parameters":  `{"pricing": {` + numbered(size/11) + "}}",
		"labels":              `{"labels": {` + numbered(size/11) + "}}",
		"long name":           `{"name": "` + x + `"}`,
		"long key":            `{"` + x + `": 1}`,
		"long number":         `{"num_jobs": ` + strings.Repeat("9", size) + `}`,
		"long seed":           `{"seed": ` + strings.Repeat("9", size) + `}`,
		"long threshold":      `{"thresholds": ["` + x + ` < 1"]}`,
		"long limit":          `{"thresholds": ["p99 < ` + x + `"]}`,
		"many thresholds":     `{"thresholds": [` + many(`"y<1"`) + "]}",
		"fifty thresholds":    `{"thresholds": [` + strings.Repeat(`"`+x[:size/51]+`",`, 49) + `"` + x[:size/51] + `"]}`,
		"many stages":         `{"stages": [` + many("{}") + "]}",
		"many nothings":       `{"stages": [` + many("0") + "]}",
		"deep lists":          `{"stages": ` + strings.Repeat("[", size) + "}",
		"deep objects":        `{"workload": ` + strings.Repeat(`{"a":`, size/5) + "}",
		"side by side, deep":  `{"stages": [` + many(strings.Repeat("[", 29)+strings.Repeat("]", 29)) + "]}",
		"not a field, listed": `{"y": [` + many(`{"z":[0]}`) + "]}",
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := DecodeSpec([]byte(document))
			runtime.ReadMemStats(&after)
			if fields := fieldsOf(t, err); len(fields) > 50 {
				t.Errorf("%d problems are reported, the last is %v", len(fields), fields[len(fields)-1])
			}
			if length := len(err.Error()); length > 32<<10 {
				t.Errorf("the error is %d bytes long", length)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 200*size {
				t.Errorf("%d bytes were allocated for a document of %d", allocated, len(document))
			}
		})
	}
}
