package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Targets are requests with weights, in both formats.
func TestVegeta(t *testing.T) {
	for text, want := range map[string][]Request{
		"# a comment\nGET http://h/a\nX-A: 1\n# between\nx-b:2\n\nPOST http://h/b?c=d\n@/tmp/body\nGET http://h/e\n": {
			{Method: "GET", URL: "http://h/a", Headers: []Field{{"X-A", "1"}, {"x-b", "2"}}, Weight: 1},
			{Method: "POST", URL: "http://h/b?c=d", BodyFile: "/tmp/body", Weight: 1},
			{Method: "GET", URL: "http://h/e", Weight: 1},
		},
		"GET http://h/\r\nGET http://h/\nHEAD http://h/\nGET http://h/": {
			{Method: "GET", URL: "http://h/", Weight: 3}, {Method: "HEAD", URL: "http://h/", Weight: 1},
		},
		`{"method":"POST","url":"http://h/","body":"/wA=","header":{"B":["1","2"],"A":["3"]}}` + "\n\n": {
			{Method: "POST", URL: "http://h/", Body: []byte("\xff\x00"), Weight: 1,
				Headers: []Field{{"A", "3"}, {"B", "1"}, {"B", "2"}}},
		},
	} {
		got, err := Vegeta(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestVegetaErrors(t *testing.T) {
	for text, want := range map[string]string{
		"GET\n":                       `1:1: must be a target such as GET http://localhost/; got "GET"`,
		"\nget http://h/":             `2:1: must be a target such as GET http://localhost/; got "get http://h/"`,
		"GET http://h/\n\nA: b":       `3:1: must be a target such as GET http://localhost/; got "A: b"`,
		"GET http://h/\nnope":         `2:1: must be a header such as "Name: value", or @ and a file; got "nope"`,
		"{\"method\": \"GET\"}":       "1:1: must have a method and a url",
		"{\"method\": 1}":             "1:12: method must be string; got number",
		"{\"url\": \"http://h/\"}\n{": "1:1: must have a method and a url",
		"{\"method\":\"GET\",\"url\":\"http://h/\"}\n{\"a\" 1}": "2:6: is not JSON: " +
			"invalid character '1' after object key",
	} {
		if _, err := Vegeta(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// Any text is refused or gives requests that make a spec.
func FuzzVegeta(f *testing.F) {
	for _, text := range []string{"GET http://h/\nA: b\n@c\n\n", `{"method":"GET","url":"http://h/"}`, "{", "@", ":"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		requests, err := Vegeta(text)
		if err == nil && len(requests) > 0 && len(requests) <= maxRequests {
			if _, err := WriteSpec("targets of vegeta", Mix, requests); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
