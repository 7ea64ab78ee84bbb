// Package template renders texts with fields that each job fills in: {{job}},
// {{uuid}}, {{int 1 100}}. A field {{raw choice a/b c/d}} is not escaped in a
// URL. {{{{ stands for {{ itself.
//
// A value is drawn from the seed, the job's number and the field's position, so
// that a run can be repeated, and cut into shards, exactly.
package template

import (
	"fmt"
	"slices"
	"strings"
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
