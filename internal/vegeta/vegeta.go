// Package vegeta reads files of targets in the formats of vegeta: http, with lines
// such as GET http://localhost/, each with headers and @FILE for its body below
// it; and json, with an object a line.
package vegeta

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A Target is a request of the file.
type Target struct {
	Line     int // from 1
	Method   string
	URL      string
	Header   []Field
	Body     []byte
	BodyFile string // in place of Body
}

// A Field is a header.
type Field struct{ Name, Value string }

// An Error says what is wrong at a position of the file, counted from 1. The
// column is in bytes.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// Parse reads the targets of a file, in their order. The error is an *Error.
func Parse(text string) ([]Target, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	p := parser{read: (*parser).readHTTP}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		p.read = (*parser).readJSON
	}
	for line := range strings.SplitSeq(text, "\n") {
		p.line++
		if err := p.read(&p, line); err != nil {
			return nil, err
		}
	}
	return p.targets, nil
}

// A parser reads one line after the other.
type parser struct {
	read     func(*parser, string) error
	line     int
	targets  []Target
	inTarget bool // format http: headers and body belong to the last target
}

// wrong returns an error about the line.
func (p *parser) wrong(column int, format string, args ...any) error {
	return &Error{p.line, column, fmt.Sprintf(format, args...)}
}

// readHTTP reads a line of the format http. A target may follow another one
// without an empty line, as in vegeta.
func (p *parser) readHTTP(line string) error {
	line = strings.TrimSpace(line)
	method, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, "#"):
	case line == "":
		p.inTarget = false
	case IsMethod(method) && strings.Contains(rest, "://"):
		p.targets = append(p.targets, Target{Line: p.line, Method: method, URL: strings.TrimSpace(rest)})
		p.inTarget = true
	case !p.inTarget:
		return p.wrong(1, "must be a target such as GET http://localhost/; got %q", line)
	case strings.HasPrefix(line, "@"):
		p.targets[len(p.targets)-1].BodyFile = line[1:]
	default:
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" {
			return p.wrong(1, `must be a header such as "Name: value", or @ and a file; got %q`, line)
		}
		last := &p.targets[len(p.targets)-1]
		last.Header = append(last.Header, Field{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return nil
}

// IsMethod reports whether a word is a method, in capitals.
func IsMethod(word string) bool {
	return word != "" && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// readJSON reads a line of the format json.
func (p *parser) readJSON(line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	var t struct {
		Method string      `json:"method"`
		URL    string      `json:"url"`
		Body   []byte      `json:"body"`
		Header http.Header `json:"header"`
	}
	if err := json.Unmarshal([]byte(line), &t); err != nil {
		return p.notJSON(line, err)
	}
	if t.Method == "" || t.URL == "" {
		return p.wrong(1, "must have a method and a url")
	}
	target := Target{Line: p.line, Method: t.Method, URL: t.URL, Body: t.Body}
	for _, name := range slices.Sorted(maps.Keys(t.Header)) {
		for _, value := range t.Header[name] {
			target.Header = append(target.Header, Field{name, value})
		}
	}
	p.targets = append(p.targets, target)
	return nil
}

// notJSON returns the error about a line that does not decode.
func (p *parser) notJSON(line string, err error) error {
	var syntax *json.SyntaxError
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && int(syntax.Offset) < len(line):
		return p.wrong(int(syntax.Offset), "is not JSON: %v", syntax)
	case errors.As(err, &other):
		return p.wrong(int(other.Offset), "%s must be %s; got %s", other.Field, other.Type, other.Value)
	}
	return p.wrong(len(line)+1, "is not JSON: it ends too early")
}
