package jsonschema

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// Law: a schema of any keywords accepts the values that it does by a library
// that passes the tests of the drafts.
func TestAgreesWithTheDrafts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := map[string]any{
			"$defs": map[string]any{"a": schemas(1).Draw(t, "definition")},
			"allOf": []any{schemas(3).Draw(t, "schema")},
		}
		schema, value := encoded(t, document), encoded(t, values(3).Draw(t, "value"))
		got, want := compiled(t, schema).Check(decoded(t, value), "v"), oracleAccepts(t, schema, value)
		if (got == nil) != want {
			t.Fatalf("%s\n%s: %v, the other library says %t", schema, value, got, want)
		}
	})
}

var memberNames = rapid.SampledFrom([]string{"a", "b", "ab"})

// values generates values whose parts are few, so that schemas meet them.
func values(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := []string{"null", "bool", "number", "text", "list", "object"}
		if depth == 0 {
			kinds = kinds[:4]
		}
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case "bool":
			return rapid.Bool().Draw(t, "bool")
		case "number":
			return json.Number(rapid.SampledFrom([]string{"0", "1", "1.0", "1.5", "2", "3", "-1"}).Draw(t, "number"))
		case "text":
			return memberNames.Draw(t, "text")
		case "list":
			return rapid.SliceOfN(values(depth-1), 0, 3).Draw(t, "list")
		case "object":
			return rapid.MapOfN(memberNames, values(depth-1), 0, 3).Draw(t, "object")
		}
		return nil
	})
}

// schemas generates schemas of several keywords. Only those below the top
// refer to #/$defs/a, and only for parts of the value, so that all have an end.
func schemas(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		if depth == 0 {
			return rapid.Bool().Draw(t, "any")
		}
		schema, generators := map[string]any{}, generators()
		for range rapid.IntRange(0, 4).Draw(t, "keywords") {
			name := rapid.SampledFrom(sorted(generators)).Draw(t, "keyword")
			schema[name] = generators[name](t, depth-1)
		}
		return any(schema)
	})
}

// parts generates schemas of members and items.
func parts(depth int) *rapid.Generator[any] {
	reference := rapid.Just(any(map[string]any{"$ref": "#/$defs/a"}))
	return rapid.OneOf(schemas(depth), schemas(depth), reference)
}

type generator = func(t *rapid.T, depth int) any

// generators returns what generates the value of each keyword.
func generators() map[string]generator {
	return map[string]generator{
		"type": func(t *rapid.T, _ int) any {
			types := rapid.SampledFrom([]string{"null", "boolean", "object", "array", "number", "string", "integer"})
			return rapid.SliceOfNDistinct(types, 1, 3, rapid.ID[string]).Draw(t, "types")
		},
		"enum":             func(t *rapid.T, _ int) any { return rapid.SliceOfN(values(1), 1, 3).Draw(t, "enum") },
		"const":            func(t *rapid.T, _ int) any { return values(2).Draw(t, "const") },
		"minimum":          number,
		"maximum":          number,
		"exclusiveMinimum": number,
		"exclusiveMaximum": number,
		"multipleOf": func(t *rapid.T, _ int) any {
			return json.Number(rapid.SampledFrom([]string{"0.5", "1", "2"}).Draw(t, "multiple"))
		},
		"minLength": size,
		"maxLength": size,
		"pattern":   func(t *rapid.T, _ int) any { return "^" + memberNames.Draw(t, "pattern") },
		"required":  someNames,
		"dependentRequired": func(t *rapid.T, _ int) any {
			return map[string]any{memberNames.Draw(t, "if"): someNames(t, 0)}
		},
		"minProperties":        size,
		"maxProperties":        size,
		"propertyNames":        part,
		"properties":           members,
		"patternProperties":    members,
		"additionalProperties": part,
		"minItems":             size,
		"maxItems":             size,
		"uniqueItems":          func(t *rapid.T, _ int) any { return rapid.Bool().Draw(t, "unique") },
		"prefixItems": func(t *rapid.T, depth int) any {
			return rapid.SliceOfN(parts(depth), 1, 2).Draw(t, "prefix")
		},
		"items":       part,
		"contains":    part,
		"minContains": size,
		"maxContains": size,
		"allOf":       several,
		"anyOf":       several,
		"oneOf":       several,
		"not":         one,
		"if":          one,
		"then":        one,
		"else":        one,
		"dependentSchemas": func(t *rapid.T, depth int) any {
			return map[string]any{"a": schemas(depth).Draw(t, "dependent")}
		},
		"unevaluatedItems":      part,
		"unevaluatedProperties": part,
	}
}

func number(t *rapid.T, _ int) any   { return rapid.IntRange(-1, 3).Draw(t, "number") }
func size(t *rapid.T, _ int) any     { return rapid.IntRange(0, 3).Draw(t, "size") }
func part(t *rapid.T, depth int) any { return parts(depth).Draw(t, "part") }
func one(t *rapid.T, depth int) any  { return schemas(depth).Draw(t, "one") }

func several(t *rapid.T, depth int) any {
	return rapid.SliceOfN(schemas(depth), 1, 3).Draw(t, "several")
}

func members(t *rapid.T, depth int) any {
	return rapid.MapOfN(memberNames, parts(depth), 0, 2).Draw(t, "members")
}

func someNames(t *rapid.T, _ int) any {
	return rapid.SliceOfNDistinct(memberNames, 0, 2, rapid.ID[string]).Draw(t, "names")
}

func encoded(t *rapid.T, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
