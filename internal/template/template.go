// Package template renders texts with fields that each job fills in: {{job}},
// {{uuid}}, {{int 1 100}}. A field {{raw choice a/b c/d}} is not escaped in a
// URL. {{{{ stands for {{ itself.
//
// A value is drawn from the seed, the job's number and the field's position, so
// that a run can be repeated, and cut into shards, exactly.
package template

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A Template is a text with fields that each job fills in. What a job fills in
// is a pure function of the seed, the job's number and the field's position.
type Template struct {
	parts []part
}

// A part is either a text or a field.
type part struct {
	text string
	fill func(line []byte, job int64) []byte // appends the value of a field; nil for a text
	raw  bool                                // never escaped
}

// A Parser parses templates that share a seed. No two of their fields draw the
// same values.
type Parser struct {
	Seed   uint64
	fields uint64 // fields parsed so far
}

// Parse parses a template. The error names the field that is wrong, and the
// fields that there are.
func (p *Parser) Parse(text string) (Template, error) {
	var parsed Template
	for {
		before, rest, found := strings.Cut(text, "{{")
		if parsed.add(before); !found {
			return parsed, nil
		}
		if after, escaped := strings.CutPrefix(rest, "{{"); escaped {
			parsed.add("{{")
			text = after
			continue
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return parsed, fmt.Errorf("has {{ without }}; write {{{{ for two braces")
		}
		words := strings.Fields(name)
		raw := len(words) > 1 && words[0] == "raw"
		if raw {
			words = words[1:]
		}
		fill, err := p.field(words)
		if err != nil {
			return parsed, err
		}
		parsed.parts = append(parsed.parts, part{fill: fill, raw: raw})
		text = after
	}
}

// Literal returns a template that is the text itself, without fields.
func Literal(text string) Template {
	var t Template
	t.add(text)
	return t
}

func (t *Template) add(text string) {
	if text != "" {
		t.parts = append(t.parts, part{text: text})
	}
}

// Fixed reports whether the text is the same for all jobs.
func (t Template) Fixed() bool {
	return !slices.ContainsFunc(t.parts, func(p part) bool { return p.fill != nil })
}

// Render returns the text for a job. escape, unless nil, is applied to the
// values of fields that are not raw.
func (t Template) Render(job int64, escape func(string) string) string {
	var line []byte
	for _, p := range t.parts {
		switch {
		case p.fill == nil:
			line = append(line, p.text...)
		case escape == nil || p.raw:
			line = p.fill(line, job)
		default:
			line = append(line, escape(string(p.fill(nil, job)))...)
		}
	}
	return string(line)
}

// Fields says which fields there are, for error messages and documentation.
const Fields = "{{job}}, {{seed}}, {{uuid}}, {{int FROM TO}}, {{float FROM TO}}, {{hex DIGITS}} and {{choice WORD WORD …}}"

// field returns what appends the value of a field.
func (p *Parser) field(words []string) (func(line []byte, job int64) []byte, error) {
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	draws := aurea.NewStream(p.Seed, aurea.StreamFields+2*p.fields)
	more := aurea.NewStream(p.Seed, aurea.StreamFields+2*p.fields+1)
	p.fields++
	arguments := words[min(1, len(words)):]
	switch {
	case name == "job" && len(arguments) == 0:
		return func(line []byte, job int64) []byte { return strconv.AppendInt(line, job, 10) }, nil
	case name == "seed" && len(arguments) == 0:
		seed := strconv.FormatUint(p.Seed, 10)
		return func(line []byte, _ int64) []byte { return append(line, seed...) }, nil
	case name == "uuid" && len(arguments) == 0:
		return func(line []byte, job int64) []byte { return appendUUID(line, draws.Bits(job), more.Bits(job)) }, nil
	case name == "int" && len(arguments) == 2:
		return intField(arguments, draws)
	case name == "float" && len(arguments) == 2:
		return floatField(arguments, draws)
	case name == "hex" && len(arguments) == 1:
		return hexField(arguments[0], draws)
	case name == "choice" && len(arguments) > 0:
		return func(line []byte, job int64) []byte {
			return append(line, arguments[below(draws.Bits(job), uint64(len(arguments)))]...)
		}, nil
	}
	return nil, fmt.Errorf("has {{%s}}, which is not a field; there are %s", strings.Join(words, " "), Fields)
}

// below returns a number from 0 to n-1, given 64 random bits (Lemire, "Fast
// random integer generation in an interval", 2019). Without the rejection step
// the bias is less than n in 2^64.
func below(random, n uint64) uint64 {
	high, _ := bits.Mul64(random, n)
	return high
}

func intField(limits []string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	from, err := strconv.ParseInt(limits[0], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers", strings.Join(limits, " "))
	}
	to, err := strconv.ParseInt(limits[1], 10, 64)
	if err != nil || to < from || uint64(to)-uint64(from) == math.MaxUint64 {
		return nil, fmt.Errorf("has {{int %s}}: both must be whole numbers, the first no larger than the second",
			strings.Join(limits, " "))
	}
	n := uint64(to) - uint64(from) + 1
	return func(line []byte, job int64) []byte {
		return strconv.AppendInt(line, int64(uint64(from)+below(draws.Bits(job), n)), 10)
	}, nil
}

func floatField(limits []string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	from, err := strconv.ParseFloat(limits[0], 64)
	to, err2 := strconv.ParseFloat(limits[1], 64)
	if err != nil || err2 != nil || !(from <= to) || math.IsInf(to-from, 0) {
		return nil, fmt.Errorf("has {{float %s}}: both must be numbers, the first no larger than the second", strings.Join(limits, " "))
	}
	return func(line []byte, job int64) []byte {
		return strconv.AppendFloat(line, from+(to-from)*draws.Uniform(job), 'f', -1, 64)
	}, nil
}

// maxHex is how many digits 64 random bits give.
const maxHex = 16

func hexField(digits string, draws aurea.Stream) (func([]byte, int64) []byte, error) {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxHex {
		return nil, fmt.Errorf("has {{hex %s}}: the digits must be 1 to %d", digits, maxHex)
	}
	return func(line []byte, job int64) []byte {
		return fmt.Appendf(line, "%0*x", n, draws.Bits(job)>>(64-4*n))
	}, nil
}

// appendUUID appends a UUID of version 4 (RFC 9562, 5.4).
func appendUUID(line []byte, high, low uint64) []byte {
	high = high&^(0xf<<12) | 4<<12
	low = low&^(3<<62) | 2<<62
	return fmt.Appendf(line, "%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}
