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

// The most bytes of files that are read whole.
const (
	maxSpecFile  = 16 << 20
	maxParamFile = 64 << 20
)

// A specFile is a YAML or JSON file as decoded values that JSON has a form for.
// It knows where in the file each of them is.
type specFile struct {
	name   string
	fields map[string]any
	// position returns the line and column of a location such as "stages[1].rate",
	// or of the nearest value around it that there is.
	position func(location string) (line, column int)
	// literal returns the number or boolean at a location as it was written,
	// if quotes would make it a string; "" otherwise. It is nil for JSON.
	literal func(location string) string
	// mistakes are the locations at which there is no value that can be used.
	mistakes []string
}

// unusable reports whether a location is one of the mistakes, or in one.
func (f *specFile) unusable(location string) bool {
	return slices.ContainsFunc(f.mistakes, func(mistake string) bool {
		rest, ok := strings.CutPrefix(location, mistake)
		return ok && (rest == "" || mistake == "" || strings.ContainsAny(rest[:1], ".["))
	})
}

// readSpecFile reads a file; "-" is standard input. The error is a usageError,
// or an *aurea.InvalidError with every mistake at its line. With the latter the
// file has what could be read.
func readSpecFile(name string, stdin io.Reader) (*specFile, error) {
	content, err := readFile(name, stdin, maxSpecFile)
	if err != nil {
		return nil, usageErrorf("cannot read the spec: %w", err)
	}
	if name == "-" {
		name = "standard input"
	}
	return parseSpecFile(name, content)
}

// readFile reads a whole file of up to most bytes; "-" is standard input.
func readFile(name string, stdin io.Reader, limit int) ([]byte, error) {
	source := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was read
		source = file
	}
	content, err := io.ReadAll(io.LimitReader(source, int64(limit)+1))
	if err == nil && len(content) > limit {
		err = fmt.Errorf("%s is larger than %d MiB, the most that is read", name, limit>>20)
	}
	return content, err
}

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

// isJSONFile reports whether a file is meant as JSON, and read by its rules: by its
// name, or because it begins as a JSON object does. All other text is YAML.
func isJSONFile(name string, content []byte) bool {
	inside, begins := bytes.CutPrefix(bytes.TrimSpace(content), []byte("{"))
	return strings.EqualFold(filepath.Ext(name), ".json") || begins && bytes.HasPrefix(bytes.TrimSpace(inside), []byte(`"`))
}

func parseJSONFile(name string, content []byte) (*specFile, error) {
	f := &specFile{name: name, position: func(location string) (int, int) { return jsonPosition(content, location) }}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(content, new(any)); errors.As(err, &syntax) {
		line, column := offsetPosition(content, int(syntax.Offset)-1)
		message := "is not JSON: " + strings.Replace(syntax.Error(), "unexpected end of JSON input", "it ends too early", 1)
		return nil, &aurea.InvalidError{Fields: []aurea.FieldError{{Location: formatPosition(name, line, column, ""), Message: message}}}
	}
	fields, err := param.DecodeObject(content)
	f.fields = fields
	return f, f.locate(err)
}

// locate adds to every wrong field the line of the file that it is in.
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

// locateField adds where a field is, and how it is made the string that it must be.
func (f *specFile) locateField(field aurea.FieldError) aurea.FieldError {
	if f.literal != nil && strings.HasPrefix(field.Message, "must be a string") {
		if text := f.literal(field.Location); text != "" {
			field.Message += fmt.Sprintf("; put it in quotes: %q", text)
		}
	}
	line, column := f.position(field.Location)
	field.Location = formatPosition(f.name, line, column, field.Location)
	return field
}

// formatPosition is a location of a file, for people.
func formatPosition(file string, line, column int, location string) string {
	text := fmt.Sprintf("%s:%d:%d", file, line, column)
	if location != "" {
		text += ": " + location
	}
	return text
}

// offsetPosition is the line and column of a byte, both from 1; a column is a character.
func offsetPosition(content []byte, offset int) (line, column int) {
	before := content[:min(max(offset, 0), len(content))]
	begin := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, len([]rune(string(before[begin:]))) + 1
}
