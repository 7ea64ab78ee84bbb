package aurea

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Type is the form of a parameter's value in a document.
type Type string

// The types, named as in JSON Schema where it has a name for them.
const (
	Integer      Type = "integer"  // int64
	Number       Type = "number"   // float64, finite
	Text         Type = "string"   // string; Options, when given, are the only ones allowed
	Boolean      Type = "boolean"  // bool
	DurationText Type = "duration" // Duration, written "250ms"
)

// A Parameter declares one named value once: what reads it, what checks it, the
// JSON Schema in the API, the command's help and the docs all come from here.
type Parameter struct {
	Name     string
	Type     Type
	Min, Max float64  // inclusive; of durations, in seconds; of text, the longest length
	Options  []string // the texts allowed, when they are few
	Default  any      // what an absent value means; nil when it means nothing
	Doc      string   // one sentence, without a full stop
}

// Parse turns a decoded JSON value (json.Number, string, bool) into the
// parameter's Go type. The error is a sentence that names the rule and the
// value, for the place that knows the location.
func (p Parameter) Parse(value any) (any, error) {
	var parsed any
	ok := false
	switch p.Type {
	case Integer:
		parsed, ok = p.integer(value)
	case Number:
		parsed, ok = p.number(value)
	case DurationText:
		parsed, ok = p.duration(value)
	case Text:
		var text string
		text, ok = value.(string)
		ok = ok && (len(p.Options) == 0 || slices.Contains(p.Options, text)) && (p.Max == 0 || utf8.RuneCountInString(text) <= int(p.Max))
		parsed = text
	case Boolean:
		parsed, ok = value.(bool)
	}
	if !ok {
		return nil, fmt.Errorf("must be %s; got %s", p.Rule(), show(value))
	}
	return parsed, nil
}

func (p Parameter) integer(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil {
		// 1e3 and 10.0 are integers too, as in JSON Schema.
		f, ok := Parameter{Min: p.Min, Max: p.Max}.number(value)
		if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return 0, false
		}
		n = int64(f)
	}
	return n, float64(n) >= p.Min && float64(n) <= p.Max
}

func (p Parameter) number(value any) (float64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := number.Float64()
	return f, err == nil && f >= p.Min && f <= p.Max
}

func (p Parameter) duration(value any) (Duration, bool) {
	text, ok := value.(string)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	return Duration(d), err == nil && d.Seconds() >= p.Min && d.Seconds() <= p.Max
}

// Rule says in words what the parameter takes: "an integer from 1 to 10000000".
func (p Parameter) Rule() string {
	switch {
	case p.Type == Integer:
		return "an integer" + p.limits(formatNumber)
	case p.Type == Number:
		return "a number" + p.limits(formatNumber)
	case p.Type == DurationText:
		return `a duration such as "250ms"` + p.limits(func(seconds float64) string {
			return formatDuration(time.Duration(seconds * float64(time.Second)))
		})
	case p.Type == Boolean:
		return "true or false"
	case len(p.Options) > 0:
		return "one of " + strings.Join(p.Options, ", ")
	case p.Max > 0:
		return fmt.Sprintf("a string of up to %v characters", p.Max)
	default:
		return "a string"
	}
}

func (p Parameter) limits(format func(float64) string) string {
	return " from " + format(p.Min) + " to " + format(p.Max)
}

func formatNumber(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', -1, 64), ".0")
}

// formatDuration writes whole hours and minutes without the zeros behind them.
func formatDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Schema is the parameter as a JSON Schema.
func (p Parameter) Schema() map[string]any {
	schema := map[string]any{"type": string(p.Type), "description": p.Doc}
	switch p.Type {
	case Integer, Number:
		schema["minimum"], schema["maximum"] = p.Min, p.Max
	case DurationText:
		schema["type"] = string(Text)
		schema["description"] = p.Doc + "; " + p.Rule()
		schema["examples"] = []any{"250ms"}
	case Text:
		if p.Max > 0 {
			schema["maxLength"] = int(p.Max)
		}
		if len(p.Options) > 0 {
			schema["enum"] = p.Options
		}
	}
	if p.Default != nil {
		schema["default"] = p.Default
	}
	return schema
}

// readParameters reads an object by its declared parameters: the values that
// were given and are right, by name, in their Go types. What is wrong goes to
// found.
func readParameters(parameters []Parameter, value any, location string, found *problems) map[string]any {
	object, ok := value.(map[string]any)
	if !ok {
		found.add(location, "must be an object; got %s", show(value))
		return nil
	}
	names := make([]string, len(parameters))
	values := map[string]any{}
	for i, p := range parameters {
		names[i] = p.Name
		raw, given := object[p.Name]
		if !given {
			continue
		}
		parsed, err := p.Parse(raw)
		if err != nil {
			found.add(join(location, p.Name), "%v", err)
			continue
		}
		values[p.Name] = parsed
	}
	rejectUnknown(object, location, names, found)
	return values
}

// ReadParameters reads the parameters of a workload by their declaration. Every
// declared parameter with a default is in the answer; the error is an
// *InvalidError with the location of each wrong one.
func ReadParameters(parameters []Parameter, given map[string]any, location string) (map[string]any, error) {
	var found problems
	values := readParameters(parameters, given, location, &found)
	for _, p := range parameters {
		if _, ok := values[p.Name]; !ok && p.Default != nil {
			values[p.Name] = p.Default
		}
	}
	return values, found.err()
}

// show writes a value of the user's back to him, cut to a length that fits a
// sentence.
func show(value any) string {
	switch value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // every other decoded JSON value can be encoded
	text := []rune(strings.TrimSuffix(encoded.String(), "\n"))
	if len(text) > 40 {
		return string(text[:40]) + "…"
	}
	return string(text)
}

// nearest returns the option that is fewest edits away from name, or "" when
// none is near enough to be what was meant.
func nearest(name string, options []string) string {
	if len(name) > 64 {
		return ""
	}
	best, distance := "", max(len(name)/3, 1)+1
	for _, option := range options {
		if d := edits(strings.ToLower(name), option); d < distance {
			best, distance = option, d
		}
	}
	return best
}

// edits is the Levenshtein distance between two strings, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
