package param

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Type is the form of a parameter's value in a document.
type Type string

// The types, named as in JSON Schema where it has a name for them. Each comment
// says which Go type a value is read as.
const (
	Integer   Type = "integer"  // int64
	Number    Type = "number"   // float64, finite
	Text      Type = "string"   // string; if Options are given, one of them
	Boolean   Type = "boolean"  // bool
	Duration  Type = "duration" // time.Duration, written "250ms"
	Object    Type = "object"   // Values, declared by Members
	List      Type = "array"    // []any, each declared by Items; a single value is a list of one, unless ListOnly
	StringMap Type = "texts"    // map[string]string
	FieldList Type = "fields"   // []Field: an object of strings or lists of them, or a list such as ["name: value"]
	KindType  Type = "workload" // Variant: a kind and its parameters
	Any       Type = "any"      // a value of any form, as decoded
	OneOf     Type = "one of"   // what the first of Alternatives that accepts it reads
)

// maxStrings limits the members of a StringMap or FieldList without a Max.
const maxStrings = 100

// A Parameter declares one named value: how it is written, which values are
// allowed, and what it is for.
type Parameter struct {
	Name     string
	Type     Type
	Min, Max float64     // inclusive; durations in seconds; the length of a text; the size of a list or map
	Options  []string    // the allowed texts; empty allows any
	Default  any         // the value of an absent parameter, in its Go type; nil if there is none
	Required bool        // whether it must be given
	InPlace  string      // of a Required one: the parameter that may be given in its place; "" for none
	Members  []Parameter // of an object; of a KindType, what may stand beside kind and parameters
	Items    *Parameter  // declares each item of a list
	// Alternatives declares the forms of a OneOf. Their names do not matter.
	Alternatives []Parameter
	ListOnly     bool   // of a list: a single value is refused
	Doc          string // one sentence, without a full stop
}

// Parse converts a decoded JSON value (json.Number, string, bool) to the Go
// type of a parameter without members or items. The error is one sentence that
// states the rule and the value; the caller adds the location.
func (p Parameter) Parse(value any) (any, error) {
	var parsed any
	ok := false
	switch p.Type {
	case Integer:
		parsed, ok = p.integer(value)
	case Number:
		parsed, ok = p.number(value)
	case Duration:
		parsed, ok = p.duration(value)
	case Text:
		parsed, ok = p.text(value)
	case Boolean:
		parsed, ok = value.(bool)
	case StringMap:
		parsed, ok = p.stringMap(value)
	case FieldList:
		parsed, ok = p.fieldList(value)
	case Any:
		parsed, ok = value, value != nil
	case OneOf:
		parsed, ok = p.alternative(value)
	}
	if !ok {
		return nil, fmt.Errorf("must be %s; got %s", p.Rule(), Describe(value))
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
		f, ok := p.number(value)
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

func (p Parameter) duration(value any) (time.Duration, bool) {
	text, ok := value.(string)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d.Seconds() >= p.Min && d.Seconds() <= p.Max
}

// text accepts a string, and a number that is written like one of the options:
// version: 2 means "2".
func (p Parameter) text(value any) (string, bool) {
	if number, ok := value.(json.Number); ok && slices.Contains(p.Options, number.String()) {
		value = number.String()
	}
	text, ok := value.(string)
	allowed := len(p.Options) == 0 || slices.Contains(p.Options, text)
	fits := p.Max == 0 || utf8.RuneCountInString(text) <= int(p.Max)
	return text, ok && allowed && fits
}

func (p Parameter) stringMap(value any) (map[string]string, bool) {
	object, ok := value.(map[string]any)
	texts := make(map[string]string, len(object))
	for key, member := range object {
		text, isText := member.(string)
		ok = ok && isText
		texts[key] = text
	}
	return texts, ok && len(object) <= p.maxStrings()
}

// alternative returns the value as the first of the alternatives reads it.
func (p Parameter) alternative(value any) (any, bool) {
	for _, one := range p.Alternatives {
		var found Problems
		if parsed := one.read(value, "", &found); len(found) == 0 {
			return parsed, true
		}
	}
	return nil, false
}

// maxStrings returns the maximum size of a StringMap or FieldList.
func (p Parameter) maxStrings() int {
	if p.Max > 0 {
		return int(p.Max)
	}
	return maxStrings
}
