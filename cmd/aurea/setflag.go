package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/param"
)

// A setFlag is a flag such as --set, with its pairs of path=value.
type setFlag struct {
	name  string
	pairs []string
}

// applySets sets the values that flags give, in their order. A path reaches any
// member or item of the spec, and null removes what is there.
func (d *specDocument) applySets(flags []setFlag) error {
	for _, flag := range flags {
		if err := d.applySet(flag.name, flag.pairs); err != nil {
			return err
		}
	}
	return nil
}

// applySet is applySets for one flag.
func (d *specDocument) applySet(flag string, pairs []string) error {
	if len(pairs) == 0 {
		return nil
	}
	if err := d.toJSON(); err != nil {
		return usageErrorf("cannot read the spec: %v", err)
	}
	for _, pair := range pairs {
		path, text, ok := strings.Cut(pair, "=")
		if !ok || path == "" {
			return usageErrorf("%s must be path=value, such as %[1]s workload.url=http://localhost:8080/ or "+
				"%[1]s stages[0].rate=200; got %[2]q", flag, pair)
		}
		if err := d.set(flag, path, text); err != nil {
			return usageErrorf("%s %s: %w", flag, path, err)
		}
	}
	return nil
}

// toJSON makes all values what decoding JSON returns, shared by nothing else: a
// YAML alias is one value at two places.
func (d *specDocument) toJSON() error {
	encoded, err := json.Marshal(d.fields)
	if err != nil {
		return err
	}
	d.fields, err = param.DecodeObject(encoded)
	return err
}

// set sets the value at a path.
func (d *specDocument) set(flag, path, text string) error {
	steps, of, err := d.parsePath(path)
	if err != nil {
		return err
	}
	value, err := parseSet(of, text)
	if err != nil {
		return err
	}
	if _, err := withValue(d.fields, steps, value); err != nil {
		return err
	}
	for location := range d.origins {
		if rest, ok := strings.CutPrefix(location, path); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			delete(d.origins, location)
		}
	}
	d.origins[path] = flag + " " + path
	return nil
}

// parseSet parses a value. Text is taken as it is where the spec has text, and
// elsewhere JSON if it is JSON. nil stands for null.
func parseSet(of param.Type, text string) (any, error) {
	switch {
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("must be text in UTF-8")
	case text == "null":
		return nil, nil
	case of != param.Text && of != param.Duration && strings.HasPrefix(text, `"`) && json.Valid([]byte(text)):
		var unquoted string
		err := json.Unmarshal([]byte(text), &unquoted)
		return unquoted, err
	case text == "":
		return text, nil
	}
	return parseParam(of, text), checkJSON(text)
}

// A step of a path is a member of an object, or an item of a list.
type step struct {
	member string
	item   int // -1 for a member
}

// parsePath splits a path such as stages[0].rate. It also returns the type of
// what is there, "" if the spec does not declare it. Labels and headers have keys
// with dots, so the rest of a path is one key there.
func (d *specDocument) parsePath(path string) (steps []step, of param.Type, err error) {
	for rest := path; rest != ""; {
		if text, ok := strings.CutPrefix(rest, "["); ok && len(steps) > 0 {
			number, behind, closed := strings.Cut(text, "]")
			item, err := strconv.Atoi(number)
			if !closed || err != nil || item < 0 || behind != "" && !strings.ContainsAny(behind[:1], ".[") {
				return nil, "", fmt.Errorf("an item of a list is its number from 0 in brackets, such as stages[0].rate")
			}
			steps, rest = append(steps, step{item: item}), strings.TrimPrefix(behind, ".")
			continue
		}
		if of := d.typeOf(steps); of == param.StringMap || of == param.FieldList {
			return append(steps, step{rest, -1}), param.Text, nil
		}
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return nil, "", fmt.Errorf("a path is names with dots between them, such as workload.url")
		}
		steps, rest = append(steps, step{rest[:end], -1}), strings.TrimPrefix(rest[end:], ".")
	}
	return steps, d.typeOf(steps), nil
}

// withValue returns a container in which the value at a path is another one. It
// makes missing objects, and changes maps and lists in place where it can.
func withValue(container any, steps []step, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	if steps[0].item >= 0 {
		return withItem(container, steps, value)
	}
	name := steps[0].member
	object, ok := container.(map[string]any)
	switch {
	case container == nil:
		object = map[string]any{}
	case !ok:
		return nil, fmt.Errorf("there is no member %s: around it is %s", name, param.Describe(container))
	}
	inner, err := withValue(object[name], steps[1:], value)
	if err != nil {
		return nil, err
	}
	if inner == nil {
		delete(object, name)
	} else {
		object[name] = inner
	}
	return object, nil
}

// withItem is withValue for an item of a list. The item behind the last one is
// appended.
func withItem(container any, steps []step, value any) (any, error) {
	list, ok := container.([]any)
	item := steps[0].item
	switch {
	case container != nil && !ok:
		return nil, fmt.Errorf("there is no item %d: around it is %s", item, param.Describe(container))
	case item > len(list):
		return nil, fmt.Errorf("there is no item %d: the list has %d, counted from 0", item, len(list))
	case item == len(list):
		list = append(list, nil)
	}
	inner, err := withValue(list[item], steps[1:], value)
	if err != nil {
		return nil, err
	}
	if list[item] = inner; inner == nil {
		list = slices.Delete(list, item, item+1)
	}
	return list, nil
}
