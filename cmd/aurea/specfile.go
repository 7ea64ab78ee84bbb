package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// The sizes in bytes that files may have.
const (
	maxSpecFile  = 16 << 20
	maxParamFile = 64 << 20
)

// A specFile is a decoded YAML or JSON file. Its values are those that JSON can
// represent.
type specFile struct {
	name   string
	fields map[string]any
	// position returns the line and column of a location such as
	// "stages[1].rate", or of the nearest value around it.
	position func(location string) (line, column int)
	// literal returns the text of a number or boolean that quotes would make a
	// string; "" for other values. It is nil for JSON.
	literal func(location string) string
	// plain reports whether a text of a YAML file is written without quotes. It is
	// nil for JSON.
	plain func(location string) bool
	// mistakes are the locations without a usable value.
	mistakes []string

	path string         // that names in the file are relative to
	own  map[string]any // the fields without those of base
	base *specFile      // that the file extends; nil if it extends none
}

// unusable reports whether a location is one of the mistakes, or within one.
func (f *specFile) unusable(location string) bool {
	return slices.ContainsFunc(f.mistakes, func(mistake string) bool {
		rest, ok := strings.CutPrefix(location, mistake)
		return ok && (rest == "" || mistake == "" || strings.ContainsAny(rest[:1], ".["))
	})
}

// readSpecFile reads a file, or standard input for "-". The error is a
// usageError, or an *aurea.InvalidError that has every mistake with its line.
// With an InvalidError the file may still hold the values that are valid.
func readSpecFile(name string, stdin io.Reader) (*specFile, error) {
	content, err := readFile(name, stdin, maxSpecFile)
	if err != nil {
		return nil, usageErrorf("cannot read the spec: %w", err)
	}
	shown := name
	if name == "-" {
		shown = "standard input"
	}
	file, err := parseSpecFile(shown, content)
	if file == nil || file.fields == nil {
		return file, err
	}
	file.path = pathOf(name)
	if more := file.extend(chainOf(name)); more != nil {
		err = joinFieldErrors(err, more)
	}
	return file, err
}

// readFile reads a file of up to limit bytes; "-" is standard input.
func readFile(name string, stdin io.Reader, limit int) ([]byte, error) {
	source := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		source = file
	}
	content, err := io.ReadAll(io.LimitReader(source, int64(limit)+1))
	if err == nil && len(content) > limit {
		err = fmt.Errorf("%s is larger than %d MiB, the most that is read", name, limit>>20)
	}
	return content, err
}

// parseSpecFile decodes the content of a file. Its errors are those of
// readSpecFile.
func parseSpecFile(name string, content []byte) (*specFile, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, usageErrorf("%s is empty; a spec begins with fields such as num_jobs: 100", name)
	}
	if isJSONFile(name, content) {
		return parseJSONFile(name, content)
	}
	return parseYAMLFile(name, content)
}

// isJSONFile reports whether a file is JSON: by its extension, or because it
// begins like a JSON object. Other files are YAML.
func isJSONFile(name string, content []byte) bool {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return true
	}
	inside, isObject := bytes.CutPrefix(bytes.TrimSpace(content), []byte("{"))
	return isObject && bytes.HasPrefix(bytes.TrimSpace(inside), []byte(`"`))
}

func parseJSONFile(name string, content []byte) (*specFile, error) {
	f := &specFile{name: name, position: func(location string) (int, int) { return jsonPosition(content, location) }}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(content, new(any)); errors.As(err, &syntax) {
		line, column := offsetPosition(content, int(syntax.Offset)-1)
		message := "is not JSON: " + strings.Replace(syntax.Error(), "unexpected end of JSON input", "it ends too early", 1)
		wrong := aurea.FieldError{Location: formatPosition(name, line, column, ""), Message: message}
		return nil, &aurea.InvalidError{Fields: []aurea.FieldError{wrong}}
	}
	fields, err := param.DecodeObject(content)
	f.fields = fields
	return f, f.locate(err)
}

// locate adds its line in the file to every invalid field.
func (f *specFile) locate(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, field := range invalid.Fields {
		located.Fields = append(located.Fields, f.locateField(field))
	}
	return located
}

// locateField adds the position of a field. If a string is wanted, it also says
// how to quote the value.
func (f *specFile) locateField(field aurea.FieldError) aurea.FieldError {
	f = f.owner(field.Location)
	if f.literal != nil && strings.HasPrefix(field.Message, "must be a string") {
		if text := f.literal(field.Location); text != "" {
			field.Message += fmt.Sprintf("; put it in quotes: %q", text)
		}
	}
	line, column := f.position(field.Location)
	field.Location = formatPosition(f.name, line, column, field.Location)
	return field
}

// formatPosition formats a position in a file, and the location there unless
// empty.
func formatPosition(file string, line, column int, location string) string {
	text := fmt.Sprintf("%s:%d:%d", file, line, column)
	if location != "" {
		text += ": " + location
	}
	return text
}

// offsetPosition returns the line and column of a byte, both from 1. A column
// is one character.
func offsetPosition(content []byte, offset int) (line, column int) {
	before := content[:min(max(offset, 0), len(content))]
	begin := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, len([]rune(string(before[begin:]))) + 1
}
