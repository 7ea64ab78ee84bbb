package httpjob

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// A response is judged by expect: a job with a wrong one fails with a class and
// the reason.
func TestHTTPExpects(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/text":
			fmt.Fprint(w, "all is well")
		case "/json":
			fmt.Fprint(w, `{"status": "ready", "items": [{"id": 1.0}], "none": null}`)
		case "/rubbish":
			fmt.Fprint(w, `{"status": "ready"}}`)
		case "/two":
			fmt.Fprint(w, `{"status": "ready"} {"status": "no"}`)
		case "/space":
			fmt.Fprint(w, `{"status": "ready"}`, " \r\n\t")
		case "/long":
			fmt.Fprint(w, strings.Repeat(" ", maxInspected), `{"status": "ready"}`)
		}
	})
	for _, test := range judgedResponses {
		t.Run(test.name, func(t *testing.T) {
			o := runJob(t, server.URL, `{"url": "$URL`+test.path+`", "expect": `+test.expect+`}`, 0)
			if class := o.Class(); class != test.class {
				t.Errorf("class %q, want %q", class, test.class)
			}
			if message := workloadtest.Message(o.Err); message != test.message {
				t.Errorf("failure %q, want %q", message, test.message)
			}
		})
	}
}

// judgedResponses are paths of the server of TestHTTPExpects, and how their
// responses are judged.
var judgedResponses = []struct{ name, path, expect, class, message string }{
	{"status below 400", "/text", `{}`, "", ""},
	{"status", "/missing", `{}`, "status_404", "the answer's status is 404"},
	{"status wanted", "/missing", `{"status": [404, 410]}`, "", ""},
	{"one status", "/text", `{"status": 201}`, "status_200", "the answer's status is 200"},
	{"class", "/text", `{"status": "2xx"}`, "", ""},
	{"class not", "/missing", `{"status": "2xx"}`, "status_404", "the answer's status is 404"},
	{"class or number", "/missing", `{"status": ["2xx", 404]}`, "", ""},
	{"class alone", "/text", `{"status": ["4xx", 201]}`, "status_200", "the answer's status is 200"},
	{"contains", "/text", `{"contains": "is well"}`, "", ""},
	{
		"contains not", "/text", `{"contains": "wrong"}`,
		"body", `the answer's body does not contain "wrong"`,
	},
	{"json there", "/json", `{"json": {"path": "$.items[0].id"}}`, "", ""},
	{
		"json equals", "/json",
		`{"json": [{"path": "$.status", "equals": "ready"}, {"path": "$.items[0].id", "equals": 1}]}`, "", "",
	},
	{
		"json differs", "/json", `{"json": {"path": "$.status", "equals": "done"}}`,
		"body", "the answer has ready at $.status, not done",
	},
	{
		"text is no number", "/json", `{"json": {"path": "$.items[0].id", "equals": "1.0"}}`,
		"body", "the answer has 1.0 at $.items[0].id, not 1.0",
	},
	{
		"json missing", "/json", `{"json": {"path": "$.nothing"}}`,
		"body", "the answer has nothing at $.nothing",
	},
	{"json null is there", "/json", `{"json": {"path": "$.none"}}`, "", ""},
	{
		"no json", "/text", `{"json": {"path": "$.status"}}`,
		"body", "the answer is not JSON: invalid character 'a' looking for beginning of value",
	},
	{
		"too long", "/long", `{"json": {"path": "$.status"}}`,
		"body", "the answer is longer than the 1048576 bytes that are looked into",
	},
	{"contains at the end", "/long", `{"contains": "\"ready\"}"}`, "", ""},
	{
		"contains not, to the end", "/long", `{"contains": "steady"}`,
		"body", `the answer's body does not contain "steady"`,
	},
	{
		"bytes after the json", "/rubbish", `{"json": {"path": "$.status"}}`,
		"body", "the answer is not JSON: there is more behind its value",
	},
	{
		"two values", "/two", `{"json": {"path": "$.status"}}`,
		"body", "the answer is not JSON: there is more behind its value",
	},
	{"space after the json", "/space", `{"json": {"path": "$.status"}}`, "", ""},
}
