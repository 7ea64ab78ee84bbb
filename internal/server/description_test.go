package server

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// A description is an OpenAPI document, as a client reads it.
type description map[string]any

func describe(t testing.TB) description {
	t.Helper()
	var d description
	got := ask(t, New(newOptions(finishingFake())), "GET", "/openapi.json", "")
	if got.header.Get("Content-Type") != "application/openapi+json" {
		t.Errorf("the description is %s", got.header.Get("Content-Type"))
	}
	got.into(t, &d)
	return d
}

func (d description) schema(name string) map[string]any {
	schema, _ := document(d).at("components.schemas." + name).(map[string]any)
	return schema
}

// operation returns an operation of the API; nil if it is not described.
func (d description) operation(method, path string) map[string]any {
	paths, _ := d["paths"].(map[string]any)
	item, _ := paths[path].(map[string]any)
	operation, _ := item[strings.ToLower(method)].(map[string]any)
	return operation
}

// check returns how a value differs from a schema: type, enum, const, bounds,
// required and additional members, items, and references.
func (d description) check(schema map[string]any, value any, at string) []string {
	if name, ok := schema["$ref"].(string); ok {
		target := d.schema(strings.TrimPrefix(name, "#/components/schemas/"))
		if target == nil {
			return []string{at + ": there is no " + name}
		}
		return d.check(target, value, at)
	}
	var wrong []string
	if list, ok := schema["oneOf"].([]any); ok {
		matches := 0
		for _, one := range list {
			if len(d.check(one.(map[string]any), value, at)) == 0 {
				matches++
			}
		}
		if matches != 1 {
			wrong = append(wrong, fmt.Sprintf("%s: %v matches %d of %d", at, value, matches, len(list)))
		}
	}
	if given, ok := schema["type"]; ok && !ofType(given, value) {
		return append(wrong, fmt.Sprintf("%s: %v is not %v", at, value, given))
	}
	if only, ok := schema["const"]; ok && only != value {
		wrong = append(wrong, fmt.Sprintf("%s: %v is not %v", at, value, only))
	}
	if options, ok := schema["enum"].([]any); ok && !slices.Contains(options, value) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", at, value, options))
	}
	switch value := value.(type) {
	case float64:
		if low, ok := schema["minimum"].(float64); ok && value < low {
			wrong = append(wrong, fmt.Sprintf("%s: %v is below %v", at, value, low))
		}
		if high, ok := schema["maximum"].(float64); ok && value > high {
			wrong = append(wrong, fmt.Sprintf("%s: %v is above %v", at, value, high))
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		if least, ok := schema["minItems"].(float64); ok && len(value) < int(least) {
			wrong = append(wrong, fmt.Sprintf("%s has %d items, and needs %v", at, len(value), least))
		}
		for i, item := range value {
			wrong = append(wrong, d.check(items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		wrong = append(wrong, d.checkMembers(schema, value, at)...)
	}
	return wrong
}

func (d description) checkMembers(schema, object map[string]any, at string) []string {
	var wrong []string
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := object[name.(string)]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: there is no %v", at, name))
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if property, ok := properties[name].(map[string]any); ok {
			wrong = append(wrong, d.check(property, object[name], at+"."+name)...)
		} else if more, ok := schema["additionalProperties"].(map[string]any); ok {
			wrong = append(wrong, d.check(more, object[name], at+"."+name)...)
		} else if schema["additionalProperties"] == false {
			wrong = append(wrong, fmt.Sprintf("%s: %s is not described", at, name))
		}
	}
	return wrong
}

func ofType(given, value any) bool {
	if list, ok := given.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return ofType(one, value) })
	}
	switch value := value.(type) {
	case nil:
		return given == "null"
	case bool:
		return given == "boolean"
	case string:
		return given == "string"
	case float64:
		return given == "number" || given == "integer" && value == math.Trunc(value)
	case []any:
		return given == "array"
	default:
		return given == "object"
	}
}
