package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
)

// The sizes in bytes that files may have.
const (
	maxSpecFile  = 16 << 20
	maxParamFile = 64 << 20
)

// A specFile is a decoded file, and the one that it extends.
type specFile struct {
	*specfile.File
	name   string         // as messages have it
	path   string         // that names in the file are relative to
	fields map[string]any // with those of base
	base   *specFile      // that the file extends; nil if it extends none
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
	file, err := specfile.Parse(name, content, specfile.Options{
		MaxValues: 1_000_000, MaxBytes: maxSpecFile, Parameters: everyKind.Parameters,
	})
	var wrong *specfile.Error
	if errors.As(err, &wrong) {
		invalid := &aurea.InvalidError{}
		for _, mistake := range wrong.Mistakes {
			invalid.Fields = append(invalid.Fields, inFile(name, mistake))
		}
		err = invalid
	}
	if file == nil {
		return nil, err
	}
	return &specFile{File: file, name: name, fields: file.Fields}, err
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

// locateField adds the position of a field in the file that has it.
func (f *specFile) locateField(field aurea.FieldError) aurea.FieldError {
	f = f.owner(field.Location)
	return inFile(f.name, f.LocateField(field))
}

// inFile returns a mistake with its position in a file as its location.
func inFile(file string, mistake specfile.Mistake) aurea.FieldError {
	field := mistake.FieldError
	field.Location = formatPosition(file, mistake.Line, mistake.Column, field.Location)
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
