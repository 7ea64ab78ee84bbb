// Package template renders texts with fields that each job fills in: {{job}},
// {{uuid}}, {{int 1 100}}. A field {{raw choice a/b c/d}} is not escaped in a
// URL. {{{{ stands for {{ itself.
//
// A value is drawn from the seed, the job's number and the field's position, so
// that a run can be repeated, and cut into shards, exactly. Values that a job has
// captured, timestamps, and the user of a job are the exceptions.
package template

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Template is a text with fields that each job fills in. It does not change and
// is safe for concurrent use.
type Template struct {
	parts []part
}

// A part is either a text or a field.
type part struct {
	text string
	fill filler // nil for a text
	raw  bool   // never escaped
}

// A filler appends the value of a field.
type filler func(line []byte, in Input) []byte

// An Input is what fields get their values from.
type Input struct {
	Job      int64
	Now      int64    // nanoseconds since 1970, for timestamps
	User     int64    // whose job it is, from 0
	Captured []string // by their index in Parser.Captured; missing ones are empty
}

// captured returns a captured value.
func (in Input) captured(index int) string {
	if index < len(in.Captured) {
		return in.Captured[index]
	}
	return ""
}

// A Parser parses templates that share a seed. No two of their fields draw the
// same values.
type Parser struct {
	Seed uint64
	// Captured names the values that earlier steps of a job capture. Nil means
	// that the template is not part of a step.
	Captured []string
	// Columns names the values of a job's row of data. Nil means that there is
	// no data.
	Columns []string
	// Cell appends the value that a job has in a column.
	Cell func(line []byte, job int64, column int) []byte
	// Users is whether users do the jobs, so that there is Input.User.
	Users bool

	fields uint64 // fields parsed so far
	depth  int    // functions around what is parsed
	inJSON bool   // the text is JSON
	timed  bool   // a template has a timestamp
	owned  bool   // a template has the number of the user
}

// Parse parses a template. The error names the field that is wrong, and the
// fields that there are.
func (p *Parser) Parse(text string) (Template, error) {
	p.inJSON = false
	return p.parse(text)
}

// ParseJSON parses a template that is JSON, with fields in its strings. What
// stands within a field is unquoted. Render it with AppendJSON.
func (p *Parser) ParseJSON(text string) (Template, error) {
	p.inJSON = true
	return p.parse(text)
}

func (p *Parser) parse(text string) (Template, error) {
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
		inner, after, closed := cutField(rest)
		if !closed {
			return parsed, fmt.Errorf("has {{ without }}; write {{{{ for two braces")
		}
		field, err := p.part(inner)
		if err != nil {
			return parsed, err
		}
		parsed.parts = append(parsed.parts, field)
		text = after
	}
}

// part parses what stands between {{ and }}.
func (p *Parser) part(inner string) (part, error) {
	if p.inJSON && p.depth == 0 {
		inner = unquoted(inner)
	}
	inner = strings.TrimSpace(inner)
	after, raw := strings.CutPrefix(inner, "raw ")
	if raw {
		inner = strings.TrimSpace(after)
	}
	name, arguments, _ := strings.Cut(inner, " ")
	if isFunction(name) {
		fill, err := p.function(name, strings.TrimSpace(arguments))
		return part{fill: fill, raw: raw}, err
	}
	fill, err := p.field(strings.Fields(inner))
	return part{fill: fill, raw: raw}, err
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

// Append appends the text for a job. escape, unless nil, is applied to the values
// of fields that are not raw. It allocates nothing if the line has room.
func (t Template) Append(line []byte, in Input, escape Escape) []byte {
	for _, p := range t.parts {
		if p.fill == nil {
			line = append(line, p.text...)
			continue
		}
		start := len(line)
		line = p.fill(line, in)
		if escape != nil && !p.raw {
			line = replaceTail(line, start, escape)
		}
	}
	return line
}

// lines are buffers in which texts are rendered.
var lines = sync.Pool{New: func() any { return new([]byte) }}

// maxLine is the capacity of the largest buffer that is kept.
const maxLine = 64 << 10

// Render returns the text for a job, like Append. The text is its only
// allocation.
func (t Template) Render(in Input, escape Escape) string {
	line := lines.Get().(*[]byte)
	*line = t.Append((*line)[:0], in, escape)
	text := string(*line)
	if cap(*line) <= maxLine {
		lines.Put(line)
	}
	return text
}
