package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A seenRequest is what a target sees of a request.
type seenRequest struct {
	Method, Body, ContentType string
	X                         []string // values of the header X
}

// serveSeen starts a target that sends each request that it gets.
func serveSeen(t *testing.T) (url string, seen <-chan seenRequest) {
	t.Helper()
	requests := make(chan seenRequest, 100)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests <- seenRequest{r.Method, string(body), r.Header.Get("Content-Type"), r.Header.Values("X")}
	}))
	t.Cleanup(target.Close)
	return target.URL, requests
}

// -X, -H and -d shape the request as they do in curl.
func TestHTTPFlags(t *testing.T) {
	const form, json = "application/x-www-form-urlencoded", "application/json"
	url, seen := serveSeen(t)
	file := writeTestFile(t, "body.json", `{"a": 1}`)
	spec := writeTestFile(t, "spec.yaml", "workload: {kind: http, url: "+url+", headers: {X: [one, two], Y: z}}\n")
	listed := writeTestFile(t, "listed.yaml", "workload:\n  kind: http\n  url: "+url+"\n  headers: [\"x: one\"]\n")
	for name, test := range map[string]struct {
		variables, args []string
		want            seenRequest
	}{
		"nothing":        {nil, []string{url}, seenRequest{"GET", "", "", nil}},
		"method":         {nil, []string{url, "-X", "DELETE"}, seenRequest{"DELETE", "", "", nil}},
		"form":           {nil, []string{url, "-d", "a=b"}, seenRequest{"POST", "a=b", form, nil}},
		"JSON":           {nil, []string{url, "-d", "[1]"}, seenRequest{"POST", "[1]", json, nil}},
		"file":           {nil, []string{url, "-d", "@" + file}, seenRequest{"POST", `{"a": 1}`, json, nil}},
		"standard input": {nil, []string{url, "-d", "@-"}, seenRequest{"POST", "piped", form, nil}},
		"type": {nil, []string{url, "-d", "[1]", "-H", "content-type: text/x"},
			seenRequest{"POST", "[1]", "text/x", nil}},
		"method and body":    {nil, []string{url, "-X", "PUT", "-d", "x"}, seenRequest{"PUT", "x", form, nil}},
		"headers":            {nil, []string{url, "-H", "X: 1", "-H", "X:2"}, seenRequest{"GET", "", "", []string{"1", "2"}}},
		"spec":               {nil, []string{spec}, seenRequest{"GET", "", "", []string{"one", "two"}}},
		"replaced":           {nil, []string{spec, "-H", "x: 3"}, seenRequest{"GET", "", "", []string{"3"}}},
		"replaced in a list": {nil, []string{listed, "-H", "X: 3"}, seenRequest{"GET", "", "", []string{"3"}}},
		"kept":               {nil, []string{spec, "-H", "Z: 3"}, seenRequest{"GET", "", "", []string{"one", "two"}}},
		"variable": {[]string{"AUREA_HEADER=X: v"}, []string{url, "-d", "[1]"},
			seenRequest{"POST", "[1]", json, []string{"v"}}},
		"variable below flag": {[]string{"AUREA_HEADER=X: v", "AUREA_METHOD=PUT"}, []string{url, "-H", "X: 1"},
			seenRequest{"PUT", "", "", []string{"1"}}},
		"variable below spec": {[]string{"AUREA_HEADER=X: v"}, []string{listed}, seenRequest{"GET", "", "", []string{"one"}}},
	} {
		t.Run(name, func(t *testing.T) {
			setVariables(t, test.variables)
			code, _, stderr := runCommand(t, "piped", append([]string{"run", "-q", "-n", "1"}, test.args...)...)
			checkExit(t, "aurea run", code, exitOK, stderr)
			if diff := cmp.Diff(test.want, <-seen); diff != "" {
				t.Errorf("the request (-want +got):\n%s", diff)
			}
		})
	}
}

// The flags of http jobs say so beside another workload. Variables leave other
// workloads alone.
func TestHTTPFlagsElsewhere(t *testing.T) {
	for args, want := range map[string]string{
		"--workload sleep -X POST": "aurea: --method is for the workload http, and this one is sleep; leave it " +
			"out, or give a URL",
		"-H a:b":                      "aurea: --header needs a URL, or a spec whose workload is http",
		"http://127.0.0.1:1/ -H x":    `aurea: --header must be "Name: value"; got "x"`,
		"http://127.0.0.1:1/ -H :x":   `aurea: --header must be "Name: value"; got ":x"`,
		"http://127.0.0.1:1/ -X a/b":  "aurea: --method: must be a method such as GET or POST, a word of letters; got \"A/B\"",
		"http://127.0.0.1:1/ -H a:{{": "aurea: --header a: has {{ without }}",
		"http://127.0.0.1:1/ -d @/x":  "aurea: --body: open /x: no such file or directory",
	} {
		code, _, stderr := runCommand(t, "", append([]string{"run", "-n", "1"}, strings.Fields(args)...)...)
		checkExit(t, args, code, exitUsage, stderr)
		checkContains(t, args, stderr, want)
	}
	setVariables(t, []string{"AUREA_METHOD=POST", "AUREA_HEADER=a:b", "AUREA_BODY=x"})
	code, _, stderr := runCommand(t, "", "run", "-q", "-n", "1", "--workload", "noop")
	checkExit(t, "a variable beside another workload", code, exitOK, stderr)
}
