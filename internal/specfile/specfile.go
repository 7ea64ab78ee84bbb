// Package specfile decodes spec files, which are YAML or JSON, to the values that
// JSON has, and knows the line of each value.
//
// Its stance: YAML is another notation of the same document. Text is unchanged,
// numbers keep their digits, and what JSON cannot represent is a mistake with its
// line. The command reads its files with it, and the service the bodies that are
// YAML. It opens no files.
package specfile

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// Options say how much a file may hold, and what binary values become.
type Options struct {
	// MaxValues and MaxBytes limit the values of a YAML file, and the bytes of its
	// texts, with all aliases expanded.
	MaxValues, MaxBytes int
	// Parameters returns the parameters of a kind of workload. A binary value becomes
	// the one that holds its bytes, such as body_base64 for body.
	Parameters func(kind string) []param.Parameter
}

// A File is a decoded YAML or JSON file. Its values are those that JSON can
// represent. It is not safe for concurrent use.
type File struct {
	// Fields are the values by their keys. Numbers are json.Number.
	Fields map[string]any
	// Mistakes are the locations without a usable value.
	Mistakes []string

	content []byte     // of a JSON file
	root    *yaml.Node // of a YAML file; nil for JSON
}

// Parse decodes a file. Name appears in messages, and one that ends with .json
// says that the file is JSON. An *Error has every mistake with its line, and the
// file then may hold the values that are valid. An *aurea.InvalidError says that
// there are none at all.
func Parse(name string, content []byte, options Options) (*File, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, param.Invalid("", "%s is empty; a spec begins with fields such as num_jobs: 100", name)
	}
	if isJSON(name, content) {
		return parseJSON(content)
	}
	return parseYAML(name, content, options)
}

// isJSON reports whether a file is JSON: by its extension, or because it begins
// like a JSON object. Other files are YAML.
func isJSON(name string, content []byte) bool {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return true
	}
	inside, isObject := bytes.CutPrefix(bytes.TrimSpace(content), []byte("{"))
	return isObject && bytes.HasPrefix(bytes.TrimSpace(inside), []byte(`"`))
}

// IsUnusable reports whether a location is one of the mistakes, or within one.
func (f *File) IsUnusable(location string) bool {
	return slices.ContainsFunc(f.Mistakes, func(mistake string) bool {
		rest, ok := strings.CutPrefix(location, mistake)
		return ok && (rest == "" || mistake == "" || strings.ContainsAny(rest[:1], ".["))
	})
}

// Position returns the line and column, both from 1, of a location such as
// "stages[1].rate", or of the nearest value around it.
func (f *File) Position(location string) (line, column int) {
	if f.root == nil {
		return JSONPosition(f.content, location)
	}
	at, _ := findNode(f.root, location)
	return at.Line, at.Column
}

// IsPlain reports whether the value at a location is a text of YAML without quotes
// and tag.
func (f *File) IsPlain(location string) bool {
	return f.root != nil && isPlainScalar(f.root, location)
}

// LocateField returns an invalid field with its position. If a string is wanted,
// it also says how to quote the value.
func (f *File) LocateField(field aurea.FieldError) Mistake {
	if f.root != nil && strings.HasPrefix(field.Message, "must be a string") {
		if text := unquotedLiteral(f.root, field.Location); text != "" {
			field.Message += fmt.Sprintf("; put it in quotes: %q", text)
		}
	}
	line, column := f.Position(field.Location)
	return Mistake{field, line, column}
}

// Locate returns an *Error with the position of each field of an
// *aurea.InvalidError. It returns other errors unchanged.
func (f *File) Locate(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &Error{}
	for _, field := range invalid.Fields {
		located.Mistakes = append(located.Mistakes, f.LocateField(field))
	}
	return located
}
