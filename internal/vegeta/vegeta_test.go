package vegeta

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Targets keep their order and the line where each begins, in both formats.
func TestParse(t *testing.T) {
	for text, want := range map[string][]Target{
		"# a\nGET http://h/a\nX-A: 1\n# b\nx-b:2\n\nPOST http://h/b\n@/tmp/c\nGET http://h/a\n": {
			{Line: 2, Method: "GET", URL: "http://h/a", Header: []Field{{"X-A", "1"}, {"x-b", "2"}}},
			{Line: 7, Method: "POST", URL: "http://h/b", BodyFile: "/tmp/c"},
			{Line: 9, Method: "GET", URL: "http://h/a"},
		},
		"\ufeff\r\nGET http://h/\r\n": {{Line: 2, Method: "GET", URL: "http://h/"}},
		"\n" + `{"method":"PUT","url":"http://h/","body":"/wA=","header":{"B":["1","2"],"A":["3"]}}`: {
			{Line: 2, Method: "PUT", URL: "http://h/", Body: []byte("\xff\x00"),
				Header: []Field{{"A", "3"}, {"B", "1"}, {"B", "2"}}},
		},
		"": nil,
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// Any text gives targets with a method and a URL, or an error within its lines.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"GET http://h/\nA: b\n@c\n\n", `{"method":"GET","url":"http://h/"}`, "{", "@", ":", "\n{\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		targets, err := Parse(text)
		var wrong *Error
		if errors.As(err, &wrong) && (wrong.Line < 1 || wrong.Line > lines || wrong.Column < 1) {
			t.Errorf("%q has %d lines, and the error is at %d:%d", text, lines, wrong.Line, wrong.Column)
		}
		before := 0
		for _, target := range targets {
			if target.Method == "" || target.URL == "" || target.Line <= before || target.Line > lines {
				t.Errorf("%q has the target %+v after line %d", text, target, before)
			}
			before = target.Line
		}
	})
}
