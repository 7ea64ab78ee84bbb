package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
)

// extendsField names the file that a spec file extends.
const extendsField = "extends"

// maxExtends limits how many files extend each other.
const maxExtends = 10

// extend merges the file over the one that it extends, which is named relative to
// it. chain are the files that extend this one, and this one, as absolute paths.
// The error lists what is wrong in any of the files.
func (f *specFile) extend(chain []string) error {
	value, given := f.Fields[extendsField]
	if !given {
		return nil
	}
	wrong := func(format string, args ...any) error {
		f.fields = nil // without the base, fields would be missing
		field := aurea.FieldError{Location: extendsField, Message: fmt.Sprintf(format, args...)}
		return &aurea.InvalidError{Fields: []aurea.FieldError{f.locateField(field)}}
	}
	f.fields = mergeFields(nil, f.Fields).(map[string]any)
	delete(f.fields, extendsField)
	name, ok := value.(string)
	if !ok || name == "" {
		return wrong("must be the name of a file, relative to this one")
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(f.path), name)
	}
	absolute, err := filepath.Abs(name)
	switch {
	case err != nil:
		return wrong("cannot be found: %v", err)
	case slices.Contains(chain, absolute):
		return wrong("goes in a circle: %s extends this file, too", name)
	case len(chain) > maxExtends:
		return wrong("is one of more than %d files that extend each other", maxExtends)
	}
	content, err := readFile(name, nil, maxSpecFile)
	if err != nil {
		return wrong("cannot be read: %v", err)
	}
	base, err := parseSpecFile(name, content)
	if base != nil && base.fields != nil {
		base.path = name
		if more := base.extend(append(slices.Clip(chain), absolute)); more != nil {
			err = joinFieldErrors(err, more)
		}
	}
	if base == nil || base.fields == nil {
		f.fields = nil
		return err
	}
	f.base = base
	f.Mistakes = append(f.Mistakes, base.Mistakes...)
	f.fields = mergeFields(base.fields, f.fields).(map[string]any)
	return err
}

// chainOf returns the beginning of a chain: the absolute path of a file.
func chainOf(name string) []string {
	if absolute, err := filepath.Abs(name); err == nil {
		return []string{absolute}
	}
	return []string{name}
}

// pathOf returns a path in the directory that a file's names are relative to.
// Those of standard input are relative to the current directory.
func pathOf(name string) string {
	if name == "-" {
		return "." + string(os.PathSeparator) + "stdin"
	}
	return name
}

// mergeFields returns a value over another one: members of objects are merged, and
// null removes one. Everything else replaces what is there, also a list and a
// workload of another kind.
func mergeFields(base, over any) any {
	members, ok := over.(map[string]any)
	if !ok {
		return over
	}
	below, _ := base.(map[string]any)
	if kind, given := members["kind"]; given && below["kind"] != nil && below["kind"] != kind {
		below = nil
	}
	merged := maps.Clone(below)
	if merged == nil {
		merged = map[string]any{}
	}
	for name, value := range members {
		if value == nil && below != nil {
			delete(merged, name)
			continue
		}
		merged[name] = mergeFields(merged[name], value)
	}
	return merged
}

// owner returns the file that holds a location, or the nearest value around it.
func (f *specFile) owner(location string) *specFile {
	for f.base != nil {
		for file := f; file != nil; file = file.base {
			if holds(file.Fields, location) {
				return file
			}
		}
		location = location[:max(strings.LastIndexAny(location, ".["), 0)]
	}
	return f
}

// holds reports whether there is a value at a location within another one.
func holds(value any, location string) bool { return valueAt(value, location) != nil }

// valueAt returns the value at a location within another one; nil if there is none.
func valueAt(value any, location string) any {
	if location == "" {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if rest, ok := specfile.TrimStep(location, name); ok {
				if found := valueAt(member, rest); found != nil {
					return found
				}
			}
		}
	case []any:
		for i, item := range value {
			if rest, ok := specfile.TrimStep(location, fmt.Sprintf("[%d]", i)); ok {
				return valueAt(item, rest)
			}
		}
	}
	return nil
}
