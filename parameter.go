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
	Object       Type = "object"   // map[string]any, by Members
	List         Type = "array"    // []any, each as Items says; one value alone is a list of one, unless NotAlone
	Texts        Type = "texts"    // map[string]string: an object of strings
	Fields       Type = "fields"   // []Field: an object of strings or lists of them, or a list of strings such as "name: value"
	Work         Type = "workload" // Workload: a kind and its parameters
	Any          Type = "any"      // a value of any form, as it was decoded
)

// maxTexts is how many members an object of strings may have that has no Max.
const maxTexts = 100

// A Parameter declares one named value once: what reads it, what checks it, the
// JSON Schema in the API, the command's help and the docs all come from here.
type Parameter struct {
	Name     string
	Type     Type
	Min, Max float64     // inclusive; of durations, in seconds; of text, the longest length; of lists and texts, how many
	Options  []string    // the texts allowed, when they are few
	Default  any         // what an absent value means; nil when it means nothing
	Required bool        // it must be given
	Members  []Parameter // of an object; of a workload, what may stand beside its kind and its parameters
	Items    *Parameter  // of a list, what each of its items is
	NotAlone bool        // of a list: one item alone is not taken for a list of it
	Doc      string      // one sentence, without a full stop
}

// Parse turns a decoded JSON value (json.Number, string, bool) into the Go type
// of a parameter that is not made of others. The error is a sentence that names
// the rule and the value, for the place that knows the location.
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
		text, ok = p.text(value)
		ok = ok && (len(p.Options) == 0 || slices.Contains(p.Options, text)) && (p.Max == 0 || utf8.RuneCountInString(text) <= int(p.Max))
		parsed = text
	case Boolean:
		parsed, ok = value.(bool)
	case Texts:
		parsed, ok = p.texts(value)
	case Fields:
		parsed, ok = p.fields(value)
	case Any:
		parsed, ok = value, value != nil
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

// text is a string, or a number where that is how one of the options is written:
// who writes version: 2 means "2".
func (p Parameter) text(value any) (string, bool) {
	if number, ok := value.(json.Number); ok && slices.Contains(p.Options, number.String()) {
		return number.String(), true
	}
	text, ok := value.(string)
	return text, ok
}

func (p Parameter) texts(value any) (map[string]string, bool) {
	object, ok := value.(map[string]any)
	texts := make(map[string]string, len(object))
	for key, member := range object {
		text, isText := member.(string)
		ok = ok && isText
		texts[key] = text
	}
	return texts, ok && len(object) <= p.most()
}

// most is how many members an object of strings may have.
func (p Parameter) most() int {
	if p.Max > 0 {
		return int(p.Max)
	}
	return maxTexts
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
	case p.Type == Object:
		return "an object"
	case p.Type == List && p.Min > 0:
		return fmt.Sprintf("a list of %v to %v", p.Min, p.Max)
	case p.Type == List:
		return fmt.Sprintf("a list of up to %v", p.Max)
	case p.Type == Texts:
		return fmt.Sprintf("an object of up to %d strings", p.most())
	case p.Type == Fields:
		return fmt.Sprintf(`an object of strings, or lists of strings, or a list such as ["name: value"], of up to %d`, p.most())
	case p.Type == Work:
		return `a workload such as {"kind": "noop"}`
	case p.Type == Any:
		return "a value that is not null"
	case len(p.Options) > 0:
		return "one of " + strings.Join(p.Options, ", ")
	case p.Max > 0:
		return fmt.Sprintf("a string of up to %d characters", int(p.Max))
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

// show writes a value of the user's back to him, cut to a length that fits a
// sentence.
func show(value any) string {
	switch value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	}
	encoded, _ := PlainJSON(value) // every other decoded JSON value can be encoded
	text := []rune(string(encoded))
	if len(text) > 40 {
		return string(text[:40]) + "…"
	}
	return string(text)
}

// Nearest returns the option that is fewest edits away from name, or "" when
// none is near enough to be what was meant. Case does not matter.
func Nearest(name string, options []string) string {
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
