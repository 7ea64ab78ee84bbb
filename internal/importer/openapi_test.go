package importer

import (
	"encoding/json"
	"strings"
	"testing"
)

// Any document is refused or makes a spec.
func FuzzOpenAPI(f *testing.F) {
	for _, text := range []string{
		`{"openapi": "3.1.0", "servers": [{"url": "http://h/{v}", "variables": {"v": {"default": "v1"}}}],
			"paths": {"/a/{id}": {"get": {"parameters": [
			{"name": "id", "in": "path", "schema": {"type": "integer"}}]}}}}`,
		`{"openapi": "3.0.3", "paths": {"/": {"post": {"requestBody": {"content": {"application/json": {"schema":
			{"$ref": "#/components/schemas/A"}}}}}}}, "components": {"schemas": {"A": {"allOf": [{"$ref":
			"#/components/schemas/A"}, {"properties": {"a": {"$ref": "#/components/schemas/A"}}}]}}}}`,
		`{"openapi": "3.0.3", "paths": {"/x": {"$ref": "#/paths/~1x"}}}`, `[]`, `{"openapi": "2"}`,
		`{"openapi": "3.1.0", "paths": {"/{a}{": {"get": {}}, "/b": {"get": {"parameters": [{"name": "q", "in": "query",
			"required": true, "schema": {"type": ["null", "string"], "maxLength": 0}}]}}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var document any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if decoder.Decode(&document) != nil {
			return
		}
		requests, err := OpenAPI(document, OpenAPIChoice{
			BaseURL: "http://h", Methods: OpenAPIMethods(), Wanted: everything,
		})
		if err != nil || len(requests) == 0 || len(requests) > maxRequests {
			return
		}
		if _, err := WriteSpec("a document", Mix, requests); err != nil {
			t.Fatal(err)
		}
	})
}
