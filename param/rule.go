package param

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rule says in words which values the parameter accepts, such as "an integer
// from 1 to 10000000".
func (p Parameter) Rule() string {
	switch {
	case p.Type == Integer:
		return "an integer" + p.limits(FormatNumber)
	case p.Type == Number:
		return "a number" + p.limits(FormatNumber)
	case p.Type == Duration:
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
	case p.Type == StringMap:
		return fmt.Sprintf("an object of up to %d strings", p.maxStrings())
	case p.Type == FieldList:
		return fmt.Sprintf(`an object of strings, or lists of strings, or a list such as ["name: value"], of up to %d`,
			p.maxStrings())
	case p.Type == KindType:
		return `a workload such as {"kind": "noop"}`
	case p.Type == Any:
		return "a value that is not null"
	case p.Type == OneOf:
		rules := make([]string, len(p.Alternatives))
		for i, one := range p.Alternatives {
			rules[i] = one.Rule()
		}
		return strings.Join(rules, ", or ")
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

// FormatNumber writes a number with as few digits as identify it, without an
// exponent.
func FormatNumber(f float64) string {
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// formatDuration writes whole hours and minutes without zero minutes and
// seconds.
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

// Describe writes a decoded JSON value for an error message, shortened to fit a
// sentence.
func Describe(value any) string {
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
