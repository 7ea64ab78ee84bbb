package server

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A conformance checks every response in the tests against the description: its
// status, its media type and the schema of JSON.
type conformance struct {
	paths    map[string]any
	compiler *jsonschema.Compiler
	mu       sync.Mutex
	schemas  map[string]*jsonschema.Schema
	seen     map[string]bool // method, path and status
}

const documentURL = "http://localhost/openapi.json"

var conform = sync.OnceValues(func() (*conformance, error) {
	got := New(newOptions(finishingFake()))
	recorder := askPlainly(got, http.MethodGet, "/openapi.json")
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(recorder.body))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource(documentURL, value); err != nil {
		return nil, err
	}
	return &conformance{
		paths:    value.(map[string]any)["paths"].(map[string]any),
		compiler: compiler,
		schemas:  map[string]*jsonschema.Schema{},
		seen:     map[string]bool{},
	}, nil
})

// checkConforms fails the test when a response differs from the description.
func checkConforms(t testing.TB, method, path string, got answer) {
	t.Helper()
	c, err := conform()
	if err != nil {
		t.Fatal(err)
	}
	if wrong := c.check(method, path, got); wrong != "" {
		t.Errorf("%s %s, answered with %d: %s; the answer is %.500s", method, path, got.status, wrong, got.body)
	}
}

// check returns how a response differs from the description; "" when it does
// not.
func (c *conformance) check(method, path string, got answer) string {
	path, _, _ = strings.Cut(path, "?")
	template, item := c.route(path)
	operation, _ := item[strings.ToLower(method)].(map[string]any)
	if operation == nil {
		return "" // the page, the description itself, or an unknown path
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	status := fmt.Sprint(got.status)
	c.seen[method+" "+template+" "+status] = true
	response, _ := operation["responses"].(map[string]any)[status].(map[string]any)
	if response == nil {
		return "this status is not described"
	}
	content, _ := response["content"].(map[string]any)
	given, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if content == nil {
		if len(got.body) > 0 {
			return "no body is described"
		}
		return ""
	}
	media, _ := content[given].(map[string]any)
	if err != nil || media == nil {
		return "the type " + got.header.Get("Content-Type") + " is not described"
	}
	if given != "application/json" && given != "application/problem+json" {
		return ""
	}
	pointer := "#/paths/" + escape(template) + "/" + strings.ToLower(method) + "/responses/" + status + "/content/" +
		escape(given) + "/schema"
	return c.validate(pointer, got.body)
}

func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name)
}

func (c *conformance) validate(pointer string, body []byte) string {
	schema := c.schemas[pointer]
	if schema == nil {
		compiled, err := c.compiler.Compile(documentURL + pointer)
		if err != nil {
			return err.Error()
		}
		schema = compiled
		c.schemas[pointer] = compiled
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// route returns the path of the description that matches a path.
func (c *conformance) route(path string) (template string, item map[string]any) {
	parts := strings.Split(path, "/")
	for template, item := range c.paths {
		names := strings.Split(template, "/")
		if slices.EqualFunc(parts, names, func(part, name string) bool {
			return part == name || strings.HasPrefix(name, "{") && part != ""
		}) {
			return template, item.(map[string]any)
		}
	}
	return "", nil
}

// The check of conformance finds differences that other tests do not.
func TestConformanceFindsFaults(t *testing.T) {
	c, err := conform()
	if err != nil {
		t.Fatal(err)
	}
	reply := func(status int, contentType, body string) answer {
		return answer{status, http.Header{"Content-Type": {contentType}}, []byte(body)}
	}
	good := `{"status":"healthy","service":"a","version":"1","store":{"kind":"sqlite","ready":true}}`
	tests := []struct {
		what string
		got  answer
		ok   bool
	}{
		{"as it is", reply(200, "application/json", good), true},
		{"another status", reply(404, "application/json", good), false},
		{"another type", reply(200, "text/plain", good), false},
		{"a member that is missing", reply(200, "application/json", `{"status":"healthy"}`), false},
		{"a member of another type", reply(200, "application/json", strings.Replace(good, `"a"`, "1", 1)), false},
		{"no JSON", reply(200, "application/json", `{`), false},
	}
	for _, test := range tests {
		if wrong := c.check("GET", "/health", test.got); (wrong == "") != test.ok {
			t.Errorf("%s: %q", test.what, wrong)
		}
	}
	if template, _ := c.route("/v1/runs/benchmark-1/jobs"); template != "/v1/runs/{id}/jobs" {
		t.Errorf("the route is %q", template)
	}
}
