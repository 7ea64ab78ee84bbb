package httpjob

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A sent request is what a server sees of one.
type sent struct {
	Method, Path, Body string
	Header             map[string]string // a few names; nil without any
}

// The request of job 7 is what the parameters say.
func TestHTTPSends(t *testing.T) {
	seen := make(chan sent, 1)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		request := sent{Method: r.Method, Path: r.URL.RequestURI(), Body: string(body)}
		for _, name := range []string{"Content-Type", "X-Job", "Authorization"} {
			if value := r.Header.Get(name); value != "" {
				if request.Header == nil {
					request.Header = map[string]string{}
				}
				request.Header[name] = value
			}
		}
		seen <- request
	})
	for _, test := range sentRequests {
		t.Run(test.name, func(t *testing.T) {
			if o := runJob(t, server.URL, test.parameters, 7); o.Err != nil {
				t.Fatal(o.Err)
			}
			if diff := cmp.Diff(test.want, <-seen); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// sentRequests are parameters and the request that job 7 sends.
var sentRequests = []struct {
	name, parameters string
	want             sent
}{
	{"simplest", `{"url": "$URL"}`, sent{"GET", "/", "", nil}},
	{"query", `{"url": "$URL/a/{{job}}?q={{choice a&b a&b}}"}`, sent{"GET", "/a/7?q=a%26b", "", nil}},
	{"escaped", `{"url": "$URL/{{choice a/b?c a/b?c}}"}`, sent{"GET", "/a%2Fb%3Fc", "", nil}},
	{
		"unescaped", `{"url": "$URL/{{raw choice a/b?c=%2F a/b?c=%2F}}"}`,
		sent{"GET", "/a/b?c=%2F", "", nil},
	},
	{"text", `{"url": "$URL", "body": "job {{job}}"}`, sent{"POST", "/", "job 7", nil}},
	{
		"json", `{"url": "$URL", "body": {"n": "{{job}}", "a": [1, true]}}`,
		sent{"POST", "/", `{"a":[1,true],"n":"7"}`, map[string]string{"Content-Type": "application/json"}},
	},
	{
		"bytes", `{"url": "$URL", "body_base64": "/wB7e2pvYn19gA=="}`,
		sent{"POST", "/", "\xff\x00{{job}}\x80", nil},
	},
	{"no bytes", `{"url": "$URL", "body_base64": ""}`, sent{"POST", "/", "", nil}},
	{"method", `{"url": "$URL", "method": "put", "body": "x"}`, sent{"PUT", "/", "x", nil}},
	{"method with a field", `{"url": "$URL", "method": "{{choice head}}{{job}}"}`, sent{"HEAD7", "/", "", nil}},
	{
		"headers", `{"url": "$URL", "headers": {"X-Job": "no {{job}}", "Authorization": "Bearer t"}}`,
		sent{"GET", "/", "", map[string]string{"X-Job": "no 7", "Authorization": "Bearer t"}},
	},
	{
		"form", `{"url": "$URL", "form": {"b c": "1&2 {{job}}", "a": ["x=y", "ü"]}}`,
		sent{
			"POST", "/", "a=x%3Dy&a=%C3%BC&b+c=1%262+7",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		},
	},
	{
		"form in an order", `{"url": "$URL", "method": "PUT", "form": ["z: 1", "a:2", "z: 3 "]}`,
		sent{
			"PUT", "/", "z=1&a=2&z=3+",
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		},
	},
	{
		"basic auth", `{"url": "$URL", "basic_auth": {"user": "me {{job}}", "password": "a:b"}}`,
		sent{"GET", "/", "", map[string]string{"Authorization": "Basic bWUgNzphOmI="}},
	},
	{
		"basic auth without a password", `{"url": "$URL", "basic_auth": {"user": "me"}}`,
		sent{"GET", "/", "", map[string]string{"Authorization": "Basic bWU6"}},
	},
	{
		"content type",
		`{"url": "$URL", "body": {}, "headers": {"Content-Type": "application/vnd.x+json"}}`,
		sent{"POST", "/", "{}", map[string]string{"Content-Type": "application/vnd.x+json"}},
	},
}

// Jobs with fields send the same requests when the run is repeated.
func TestHTTPRepeats(t *testing.T) {
	var paths [2][]string
	for i := range paths {
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) { paths[i] = append(paths[i], r.URL.Path) })
		url := server.URL + "/{{uuid}}/{{int 1 1000000}}"
		jobs := workloadtest.Open(t, local, call(map[string]any{"url": url}))
		for job := range int64(20) {
			if o := runOf(t, jobs, job); o.Err != nil {
				t.Fatal(o.Err)
			}
		}
	}
	if diff := cmp.Diff(paths[0], paths[1]); diff != "" {
		t.Errorf("paths of the first and the second run (-first +second):\n%s", diff)
	}
	if len(paths[0]) != 20 {
		t.Errorf("20 jobs requested %d paths", len(paths[0]))
	}
}
