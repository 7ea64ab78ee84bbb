package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A valueSource is where an imported value comes from.
type valueSource int

const (
	drawn        valueSource = iota // from the schema, by a field or as the simplest value
	fromDocument                    // an example, a default or the only value
)

// maxSchemaDepth limits how deep schemas are in each other: they may be circular.
const maxSchemaDepth = 8

// parameterValue returns the value of a parameter as a text; "" if there is none.
func (o *openAPI) parameterValue(p map[string]any) (string, valueSource) {
	if content := o.object(p["content"]); len(content) > 0 {
		media := slices.Min(slices.Collect(maps.Keys(content)))
		value, how := o.example(o.object(content[media]))
		return jsonOf(value), how
	}
	value, how := o.example(p)
	return textOf(value), how
}

// example returns the example of a parameter or of a medium, or a value of its
// schema.
func (o *openAPI) example(of map[string]any) (any, valueSource) {
	if value, given := of["example"]; given {
		return value, fromDocument
	}
	examples := o.object(of["examples"])
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if value, given := o.object(examples[name])["value"]; given {
			return value, fromDocument
		}
	}
	return o.valueOf(of["schema"], 0)
}

// valueOf returns a value of a schema: its example or default, or one that its
// type allows.
func (o *openAPI) valueOf(given any, depth int) (any, valueSource) {
	schema := o.object(given)
	for _, key := range []string{"example", "default", "const"} {
		if value, found := schema[key]; found {
			return value, fromDocument
		}
	}
	if examples, ok := schema["examples"].([]any); ok && len(examples) > 0 {
		return examples[0], fromDocument
	}
	if options, ok := schema["enum"].([]any); ok && len(options) > 0 {
		return options[0], fromDocument
	}
	if depth > maxSchemaDepth {
		return nil, drawn
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if list, ok := schema[key].([]any); ok && len(list) > 0 {
			return o.valueOf(list[0], depth+1)
		}
	}
	switch typeOf(schema) {
	case "integer":
		from, to := limits(schema, 1, 1000)
		least := math.Ceil(from)
		return numberField(fmt.Sprintf("int %.0f %.0f", least, max(least, math.Floor(to)))), drawn
	case "number":
		from, to := limits(schema, 0, 1000)
		if from == to {
			return from, fromDocument
		}
		least, most := strconv.FormatFloat(from, 'f', -1, 64), strconv.FormatFloat(to, 'f', -1, 64)
		return numberField("float " + least + " " + most), drawn
	case "boolean":
		return true, drawn
	case "array":
		item, how := o.valueOf(schema["items"], depth+1)
		return []any{item}, how
	case "string":
		return stringOf(schema), drawn
	}
	return o.objectOf(schema, depth)
}

// objectOf returns an object with all properties of a schema but those that only
// responses have. Deep ones have those that are required.
func (o *openAPI) objectOf(schema map[string]any, depth int) (any, valueSource) {
	object, how := map[string]any{}, fromDocument
	list, _ := schema["allOf"].([]any)
	own := map[string]any{"properties": schema["properties"], "required": schema["required"]}
	for _, one := range append([]any{own}, list...) {
		part := o.object(one)
		if _, nested := part["allOf"]; nested && depth <= maxSchemaDepth {
			inner, _ := o.objectOf(part, depth+1)
			for name, value := range inner.(map[string]any) {
				object[name] = value
			}
			how = drawn
			continue
		}
		required, _ := part["required"].([]any)
		for name, property := range o.object(part["properties"]) {
			readOnly, _ := o.object(property)["readOnly"].(bool)
			if readOnly || depth > 2 && !slices.Contains(required, any(name)) {
				continue
			}
			value, from := o.valueOf(property, depth+1)
			object[name] = value
			how = min(how, from)
		}
	}
	if len(object) == 0 {
		how = drawn
	}
	return object, how
}

// typeOf returns the type of a schema; that of 3.1 may be a list with null.
func typeOf(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if text, ok := one.(string); ok && text != "null" {
				return text
			}
		}
	}
	if schema["items"] != nil {
		return "array"
	}
	return ""
}

// limits returns the limits of numbers by a schema, or else the given ones. They
// are within what fields can draw.
func limits(schema map[string]any, from, to float64) (float64, float64) {
	number := func(key string) (float64, bool) {
		f, err := strconv.ParseFloat(fmt.Sprint(schema[key]), 64)
		return f, err == nil && math.Abs(f) < 1e15
	}
	low, hasLow := number("minimum")
	high, hasHigh := number("maximum")
	if exclusive, ok := number("exclusiveMinimum"); ok && !hasLow {
		low, hasLow = exclusive+1, true
	}
	if exclusive, ok := number("exclusiveMaximum"); ok && !hasHigh {
		high, hasHigh = exclusive-1, true
	}
	switch {
	case hasLow && hasHigh && low <= high:
		return low, high
	case hasLow:
		return low, max(low+1, to)
	case hasHigh:
		return min(from, high-1), high
	}
	return from, to
}

// stringOf returns a text of a schema.
func stringOf(schema map[string]any) string {
	switch schema["format"] {
	case "uuid":
		return field("uuid")
	case "date-time":
		return "2026-01-01T00:00:00Z"
	case "date":
		return "2026-01-01"
	case "email":
		return "user-" + field("job") + "@example.com"
	case "uri", "url":
		return "http://example.com/" + field("job")
	case "byte":
		return "AAAA"
	}
	digits := 8
	if most, err := strconv.Atoi(fmt.Sprint(schema["maxLength"])); err == nil {
		digits = min(digits, max(most, 1))
	}
	text := field(fmt.Sprintf("hex %d", digits))
	if least, err := strconv.Atoi(fmt.Sprint(schema["minLength"])); err == nil && least > digits {
		text += strings.Repeat("a", min(least-digits, 1000))
	}
	return text
}

// textOf returns a value as it is in a URL or a header: a list as its items with
// commas, and an object as JSON.
func textOf(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return strings.NewReplacer(numberStart, fieldStart, numberEnd, fieldEnd).Replace(value)
	case []any:
		var items []string
		for _, item := range value {
			items = append(items, textOf(item))
		}
		return strings.Join(items, ",")
	case map[string]any:
		return jsonOf(value)
	}
	return fmt.Sprint(value)
}

// jsonOf returns a value as JSON, with fields in place of drawn numbers.
func jsonOf(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	text := strings.TrimSpace(b.String())
	return strings.NewReplacer(`"`+numberStart, fieldStart, numberEnd+`"`, fieldEnd).Replace(text)
}
