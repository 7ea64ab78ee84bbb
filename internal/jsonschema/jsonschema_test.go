package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	oracle "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/aurea-orchestrator/aurea/param"
)

// Each keyword accepts and refuses what the drafts say, in words that name the
// value and the rule. A library that passes the tests of the drafts agrees.
func TestKeywords(t *testing.T) {
	for _, test := range keywordCases {
		schema := compiled(t, test.schema)
		for _, c := range test.cases {
			err := schema.Check(decoded(t, c.value), "v")
			if diff := cmp.Diff(c.want, message(err)); diff != "" {
				t.Errorf("%s: error of %s (-want +got):\n%s", test.schema, c.value, diff)
			}
			if valid := oracleAccepts(t, test.schema, c.value); valid != (c.want == "") {
				t.Errorf("%s: %s: the other library says %t", test.schema, c.value, valid)
			}
		}
	}
}

// Schemas that cannot be checked as they were meant are refused with their
// location.
func TestRefusedSchemas(t *testing.T) {
	for _, test := range refusedSchemas {
		_, err := Compile(decoded(t, test.schema), "schema")
		if diff := cmp.Diff(test.want, message(err)); diff != "" {
			t.Errorf("%s: error (-want +got):\n%s", test.schema, diff)
		}
	}
}

// Notes are no keywords, and a keyword that only helps another is allowed
// without it.
func TestAcceptedSchemas(t *testing.T) {
	for _, schema := range []string{
		`{"x-unit": "s", "$comment": "a", "title": "b", "description": "c", "default": 1, "examples": [2]}`,
		`{"then": false, "else": {}, "minContains": 3, "maxContains": 0, "format": "date", "readOnly": true}`,
		`{"$schema": "https://json-schema.org/draft/2020-12/schema#", "$id": "https://a.example/b"}`,
		`{"$schema": "http://json-schema.org/draft-07/schema", "definitions": {}, "additionalItems": false}`,
	} {
		if err := compiled(t, schema).Check(decoded(t, `[1]`), "v"); err != nil {
			t.Errorf("%s: %v", schema, err)
		}
	}
}

// A schema of few values can ask for more comparisons than there is time for.
// The check ends and says so; what it did not reach does not count as valid.
func TestCheckEnds(t *testing.T) {
	definitions := []string{`"a30": {"type": "integer"}`}
	for i := range 30 {
		definitions = append(definitions, fmt.Sprintf(`"a%d": {"allOf": [{"$ref": "#/$defs/a%d"}, {"$ref": "#/$defs/a%d"}]}`,
			i, i+1, i+1))
	}
	const want = "v: takes more than 1000000 steps to check; simplify it, or its schema"
	for _, use := range []string{`"$ref": "#/$defs/a0"`, `"anyOf": [true, {"not": {"$ref": "#/$defs/a0"}}]`} {
		schema := compiled(t, "{"+use+`, "$defs": {`+strings.Join(definitions, ", ")+`}}`)
		if got := message(schema.Check(decoded(t, `1`), "v")); got != want {
			t.Errorf("%s: Check = %s, want %s", use, got, want)
		}
	}
}

// A value as deep as allowed is checked by a schema that refers to itself.
func TestDeepValue(t *testing.T) {
	schema := compiled(t, `{"type": "array", "items": {"$ref": "#"}}`)
	deep := func(n int, inner string) any {
		return decoded(t, strings.Repeat("[", n)+inner+strings.Repeat("]", n))
	}
	if err := schema.Check(deep(900, ""), "v"); err != nil {
		t.Errorf("900 lists in each other: %v", err)
	}
	if got, want := message(schema.Check(deep(3, "1"), "v")), "v[0][0][0]: must be a list; got 1"; got != want {
		t.Errorf("Check = %s, want %s", got, want)
	}
}

// Law: what Compile and Check refuse is invalid input, and nothing panics.
func FuzzCheck(f *testing.F) {
	for _, test := range keywordCases {
		f.Add(test.schema, test.cases[0].value)
	}
	for _, test := range refusedSchemas {
		f.Add(test.schema, `{}`)
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		document, err := decode(text)
		if err != nil {
			return
		}
		schema, err := Compile(document, "schema")
		if err == nil {
			if document, err = decode(value); err == nil {
				err = schema.Check(document, "v")
			} else {
				err = nil
			}
		}
		if err != nil && !errors.Is(err, param.ErrInvalid) {
			t.Fatalf("%v is not an ErrInvalid", err)
		}
	})
}

// fataler is a test, or a test of rapid.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func compiled(t fataler, schema string) *Schema {
	t.Helper()
	s, err := Compile(decoded(t, schema), "schema")
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return s
}

func decoded(t fataler, text string) any {
	t.Helper()
	value, err := decode(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func decode(text string) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

// message returns the text of an error without the sentence that every invalid
// input begins with, "" for nil.
func message(err error) string {
	var invalid *param.InvalidError
	if !errors.As(err, &invalid) {
		return ""
	}
	var texts []string
	for _, field := range invalid.Fields {
		texts = append(texts, field.Error())
	}
	return strings.Join(texts, "; ")
}

// oracleAccepts asks a library that passes the tests of the drafts.
func oracleAccepts(t fataler, schema, value string) bool {
	t.Helper()
	compiler := oracle.NewCompiler()
	compiler.UseLoader(oracle.SchemeURLLoader{})
	if err := compiler.AddResource("schema.json", decoded(t, schema)); err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	s, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatalf("%s: the other library: %v", schema, err)
	}
	return s.Validate(decoded(t, value)) == nil
}
