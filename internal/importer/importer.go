// Package importer reads requests as other tools write them, and writes them as a
// spec: curl's command lines, a browser's HAR, vegeta's targets, summaries of k6.
//
// Its stance: a spec sends the same request as the tool does, or there is an error
// with the line and column of what cannot be sent. What the client sets itself is
// left out, and a comment says so. The package reads files that the input names
// from the command's own directory, and connects to nothing.
//
// Each format has a file that turns its text into Requests; spec.go writes them.
package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Error says what is wrong at a position of the input, counted from 1. The
// column is in bytes.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// A LocationError says what is wrong at a location of a JSON document, such as
// log.entries[3].request.url.
type LocationError struct{ Location, Message string }

func (e *LocationError) Error() string { return e.Location + ": " + e.Message }

// A Field is a header, or the parameter of a form.
type Field struct{ Name, Value string }

// A Part is one of a multipart body. A file is named, or given by its content.
type Part struct {
	Name, Value, File string
	Filename, Type    string
	HasFilename       bool
}

// A Request is what one job or step sends. Its texts are as they are sent, but
// for variables, which variable writes.
type Request struct {
	Method, URL string // no method means that the content decides
	Headers     []Field
	Body        []byte // nil means none
	BodyFile    string // in place of Body
	Parts       []Part // in place of Body

	HasUser              bool
	User, Password       string
	Redirects            int
	Timeout              string
	Insecure, HTTP2      bool
	CA, Certificate, Key string // PEM
	ConnectTo, Resolve   []Field
	UnixSocket           string
	Sources              []string
	Statuses             []string // that are right; nil means those below 400

	Weight float64  // beside other requests; 0 means 1
	Notes  []string // what is left out or different
}

// note adds a note, once.
func (r *Request) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// addHeader adds a header, unless the client sets it or cannot send it.
func (r *Request) addHeader(name, value string) {
	switch strings.ToLower(name) {
	case "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "proxy-connection":
		r.note("without the header %s, which is the client's own to set", name)
		return
	case "connection":
		if !strings.EqualFold(value, "close") && !strings.EqualFold(value, "keep-alive") {
			r.note("without the header %s: %s", name, value)
			return
		}
	case "content-type":
		if r.Parts != nil && strings.HasPrefix(strings.ToLower(value), "multipart/") {
			return // it has a boundary
		}
	}
	r.Headers = append(r.Headers, Field{name, value})
}

// has reports whether there is a header.
func (r *Request) has(name string) bool {
	return slices.ContainsFunc(r.Headers, func(f Field) bool { return strings.EqualFold(f.Name, name) })
}

// position returns the line and the column of an offset.
func position(text string, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}

// errorAt returns an error about what is at an offset.
func errorAt(text string, offset int, format string, args ...any) error {
	line, column := position(text, offset)
	return &Error{line, column, fmt.Sprintf(format, args...)}
}

// errEmpty is the error for input without a request.
var errEmpty = errors.New("there is no request in it")
