package jsonschema

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"

	"github.com/aurea-orchestrator/aurea/param"
)

// The types of JSON Schema, each with its article.
var typeNames = []struct{ name, text string }{
	{"null", "null"},
	{"boolean", "true or false"},
	{"object", "an object"},
	{"array", "a list"},
	{"number", "a number"},
	{"string", "a text"},
	{"integer", "an integer"},
}

// hasType reports whether a value is of a type.
func hasType(value any, name string) bool {
	switch value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	n, ok := numberOf(value)
	return ok && (name == "number" || name == "integer" && n.IsInt())
}

// numberOf returns the exact value of a number.
func numberOf(value any) (*big.Rat, bool) {
	switch value := value.(type) {
	case json.Number:
		return new(big.Rat).SetString(string(value))
	case float64:
		return new(big.Rat).SetString(strconv.FormatFloat(value, 'g', -1, 64))
	case int, int64, uint64:
		return new(big.Rat).SetString(fmt.Sprint(value))
	}
	return nil, false
}

// equal reports whether two values are equal. Numbers are compared by value, and
// objects without the order of their members.
func (e *evaluation) equal(a, b any) bool {
	e.budget.spend(1)
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, member := range a {
			other, there := b[name]
			if !there || !e.equal(member, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !e.equal(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	if x, ok := numberOf(a); ok {
		y, ok := numberOf(b)
		return ok && x.Cmp(y) == 0
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// show writes a value that is compared as a whole, shortened to fit a sentence.
func show(value any) string {
	text, _ := param.PlainJSON(value) // every decoded JSON value can be encoded
	if runes := []rune(string(text)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(text)
}
