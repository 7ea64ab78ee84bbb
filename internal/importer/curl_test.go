package importer

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noFiles has no file.
func noFiles(string) ([]byte, error) { return nil, fs.ErrNotExist }

// What cannot be imported is an error with its line and column.
func TestCurlErrors(t *testing.T) {
	const command = "must be a command such as curl http://localhost/, without pipes and loops"
	for text, want := range map[string]string{
		"":                                 "there is no request in it",
		"# nothing\n":                      "there is no request in it",
		"wget http://h/":                   `1:1: must begin with curl; got "wget"`,
		"curl":                             "1:5: has no URL",
		"curl -X GET":                      "1:6: has no URL",
		"curl -d a -F b=c http://h/":       "1:6: has both data (-d) and a form (-F), and curl sends only one of them",
		"curl http://h/\ncurl --nope x":    "2:6: --nope is no flag that can be imported",
		"curl -sZ http://h/":               "1:6: -Z is no flag that can be imported",
		"curl http://h/ \\\n  -H":          "2:3: -H needs a value",
		"curl http://h/ \\\n  --data":      "2:3: --data needs a value",
		"curl http://h/ -H nocolon":        `1:19: must be "Name: value"; got "nocolon"`,
		"curl http://h/ -H @file":          "1:19: is a file of headers; write them out",
		"curl http://h/ -b jar.txt":        "1:19: is a file of cookies; write them out, such as -b 'name=value'",
		"curl http://h/ -d @no":            "1:19: names a file that cannot be read: file does not exist",
		"curl http://h/ -F nope":           `1:19: must be name=content or name=@file; got "nope"`,
		"curl http://h/ -m soon":           `1:19: must be a number of seconds from 0.001 to 86400; got "soon"`,
		"curl http://h/ --connect-to ::a:": `1:29: must be HOST1:PORT1:HOST2:PORT2, with the first two; got "::a:"`,
		"curl http://h/ --resolve '*:1:a'": `1:26: must be HOST:PORT:ADDRESS; got "*:1:a"`,
		"curl ftp://h/":                    "1:6: must be a URL of http or https; got ftp",
		"curl 'http://h/a b'":              "1:6: must have no spaces; curl refuses them too",
		"curl 'http://h/{a,b}'":            "1:6: is a pattern for several URLs of curl; give each by itself, or -g",
		"curl http:///x":                   "1:6: has no host",
		"curl http://h/ | jq":              "1:1: " + command,
		"for i in 1; do curl h; done":      "1:1: " + command,
		"A=b curl http://h/":               "1:1: " + command,
		"curl http://h/ -H \"A: $(date)\"": "1:23: is the output of a command, which is not run here; " +
			"write it out, or as a variable",
		"curl http://h/${A:-b}": "1:15: must be a variable by itself, such as $TOKEN or ${TOKEN}",
		"curl 'http://h/":       "1:6: is not what a shell reads: reached EOF without closing quote `'`",
	} {
		requests, err := Curl(text, noFiles)
		if err == nil {
			_, err = WriteSpec("curl", Session, requests)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// A variable of the shell is one of the spec; other texts that look like one, or
// like a field, stay what they are.
func TestCurlVariables(t *testing.T) {
	requests, err := Curl(`curl "$BASE/x?a=${ID}" -H "Authorization: Bearer $TOKEN" -d '${ID} {{job}} '"$ID"`, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	written, err := WriteSpec("curl", Session, requests)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`url: "${BASE}/x?a=${ID}"`, `- "Authorization: Bearer ${TOKEN}"`, `body: "$${ID} {{{{job}} ${ID}"`,
	} {
		if !strings.Contains(written, want) {
			t.Errorf("the spec has no %s:\n%s", want, written)
		}
	}
}

// What the client cannot send is left out, and a note says so.
func TestCurlNotes(t *testing.T) {
	requests, err := Curl(`curl http://h/ -H 'Content-Length: 3' -H 'Connection: Upgrade' -c jar --retry 3`, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cookies are not kept", "a request is not repeated when it fails: --retry is left out",
		"without the header Content-Length, which is the client's own to set", "without the header Connection: Upgrade",
	}
	if diff := cmp.Diff(want, requests[0].Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// Any text is refused or makes a spec.
func FuzzCurl(f *testing.F) {
	for _, text := range []string{
		"curl http://h/", `curl -X POST "$URL" -d $'a\'b' -F 'a=@b;type=c' -H 'A: b'`, "curl a --next b",
		"curl [::1]:80",
		"curl -u a:b http://c@d/ -G -d e", "curl \x00", `curl -F 'a="b;c' h`, "curl ~/a {b,c}", "curl ${!a} $((1))",
		"curl --connect-to a:1:b:2 --resolve a:1:b -m 1 -b a=b h",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		requests, err := Curl(text, func(string) ([]byte, error) { return []byte("x"), nil })
		var wrong *Error
		if err != nil && errors.As(err, &wrong) && (wrong.Line < 1 || wrong.Column < 1) {
			t.Errorf("%q: the error is at %d:%d", text, wrong.Line, wrong.Column)
		}
		if err == nil && len(requests) > 0 && len(requests) <= maxRequests {
			if _, err := WriteSpec("curl", Session, requests); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
