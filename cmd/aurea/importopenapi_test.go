package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openAPIDocument is a document with $URL for the server.
const openAPIDocument = `
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers:
  - url: $URL/{version}/
    variables: {version: {default: v1}}
security: [{token: []}]
paths:
  /items:
    get:
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer, minimum: 2, maximum: 2}}
        - {name: tag, in: query, example: "a b&c"}
        - {name: ignored, in: query, schema: {type: string}}
        - {name: X-Shop, in: header, required: true, schema: {type: string, default: north}}
        - $ref: "#/components/parameters/limit"
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Item"}
  /items/{id}/{part}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
      - {name: part, in: path, required: true, schema: {enum: [a/b, c]}}
    get: {}
    delete: {security: []}
  /form:
    put:
      requestBody:
        content: {application/x-www-form-urlencoded: {example: {a: "1&2", b: 3}}}
components:
  parameters:
    limit: {name: limit, in: query, schema: {default: 20}}
  schemas:
    Item:
      allOf:
        - type: object
          properties:
            id: {type: integer, readOnly: true}
            name: {type: string, example: 'a "{{job}}" ${HOME}'}
        - properties:
            amount: {type: integer, minimum: 7, maximum: 7}
            tags: {type: array, items: {type: string, const: x}}
            parent: {oneOf: [{type: "null", default: null}]}
`

// A spec that is imported from a document of OpenAPI calls its operations.
func TestImportOpenAPI(t *testing.T) {
	var mu sync.Mutex
	var got []recording
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, record(t, r))
	}))
	t.Cleanup(server.Close)
	url, host := server.URL, strings.TrimPrefix(server.URL, "http://")
	const uuid = "00000000-0000-0000-0000-000000000000"
	list := recording{"GET", "/v1/items?page=2&tag=a+b%26c&limit=20", host, []string{"X-Shop: north"}, "", nil}
	item := recording{"GET", "/v1/items/" + uuid + "/a%2Fb", host, nil, "", nil}
	all := []recording{
		{"DELETE", "/v1/items/" + uuid + "/a%2Fb", host, nil, "", nil}, item, list,
		{"POST", "/v1/items", host, []string{"Content-Type: application/json"},
			`{"amount":7,"name":"a \"{{job}}\" ${HOME}","parent":null,"tags":["x"]}`, nil},
		{"PUT", "/v1/form", host, []string{"Content-Type: application/x-www-form-urlencoded"}, "a=1%262&b=3", nil},
	}
	for name, test := range map[string]struct {
		flags []string
		want  []recording
	}{
		"get":   {nil, []recording{item, list}},
		"all":   {[]string{"--methods", "get,post,put,delete"}, all},
		"match": {[]string{"--match", "^/items$"}, []recording{list}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			spec := importSpec(t, "openapi", strings.ReplaceAll(openAPIDocument, "$URL", url), test.flags...)
			got = nil
			runImported(t, spec, 60)
			anyID := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
			for i := range got {
				got[i].URI = anyID.ReplaceAllString(got[i].URI, uuid)
			}
			slices.SortFunc(got, func(a, b recording) int { return strings.Compare(a.Method+a.URI, b.Method+b.URI) })
			got = slices.CompactFunc(got, func(a, b recording) bool { return cmp.Equal(a, b) })
			if diff := cmp.Diff(test.want, got); diff != "" {
				written, _ := os.ReadFile(spec)
				t.Errorf("requests (-want +got):\n%s\n%s", diff, written)
			}
		})
	}
}

// What is made up or missing is noted where it stands.
func TestImportOpenAPINotes(t *testing.T) {
	code, stdout, stderr := runCommand(t, openAPIDocument, "import", "openapi", "-", "--base-url",
		"http://localhost/api", "--match", "^/items/")
	checkExit(t, "aurea import", code, exitOK, stderr)
	checkContains(t, "the spec", stdout,
		"# path parameter id is drawn from its schema, since the document has no example",
		"# needs the credentials of token, which a document does not have",
		`url: "http://localhost/api/items/{{uuid}}/a%2Fb"`,
		"expect: {status: [2xx]}")
}

// What cannot be imported is refused with its place.
func TestImportOpenAPIErrors(t *testing.T) {
	const start = "openapi: 3.0.3\nservers: [{url: 'http://h'}]\npaths:\n"
	for _, test := range []struct{ text, want string }{
		{"swagger: '2.0'\n", "standard input: openapi: must be the version of a document of OpenAPI 3, such as "},
		{"openapi: 3.0.3\npaths: {}\n", "standard input: servers: must have an absolute URL of http or https; "},
		{"openapi: 3.0.3\nservers: [{url: /v1}]\n", `standard input: servers[0].url: must have an absolute URL`},
		{start + "  /a: {post: {}}\n", "standard input: there is no request in it; --match and --methods choose"},
		{start + "  /a/{b}: {get: {}}\n", "standard input: paths./a/{b}.get: has a parameter in its path that is "},
		{start + "  : [", "standard input:5:1: is not YAML"},
	} {
		code, stdout, stderr := runCommand(t, test.text, "import", "openapi", "-")
		if code != exitUsage || !strings.HasPrefix(stderr, "aurea: "+test.want) {
			t.Errorf("%q: exit %d, %s\nwant %s", test.text, code, stderr, test.want)
		}
		if stdout != "" {
			t.Errorf("%q: printed %q", test.text, stdout)
		}
	}
}
