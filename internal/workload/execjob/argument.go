package execjob

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// An argument is an element of the operator's args: a text with placeholders for
// values from the spec. There is no shell: a value stays within its element.
type argument struct {
	texts []string // around the names: one more than names
	names []string
}

// A jobInput is what placeholders get their values from, beside the args.
type jobInput struct {
	job  int64
	seed uint64
	data *dataset.Rows // nil if the spec has none
}

// checkData refuses placeholders for columns that the data does not have.
func (a argument) checkData(data *dataset.Rows) error {
	for _, name := range a.names {
		column, ok := strings.CutPrefix(name, dataPrefix)
		if ok && !slices.Contains(data.Columns(), column) {
			return param.Invalid("command", "%v", template.UnknownColumn(column, data.Columns()))
		}
	}
	return nil
}

// The placeholders that need no schema, and the one for args that are a list.
const (
	jobPlaceholder  = "job"
	seedPlaceholder = "seed"
	allPlaceholder  = "args"
	dataPrefix      = "data." // before a column of the spec's data
)

var placeholder = lazyregexp.New(`\{\{([^{}]*)\}\}`)

// placeholders returns the names that an argument may contain; nil if the schema
// does not say.
func placeholders(schema any, given bool) []string {
	known := []string{jobPlaceholder, seedPlaceholder}
	if !given {
		return known
	}
	object, _ := schema.(map[string]any)
	properties, ok := object["properties"].(map[string]any)
	if !ok {
		return nil
	}
	return append(known, slices.Sorted(maps.Keys(properties))...)
}

// parseArgument parses an element such as "--level={{level}}".
func parseArgument(text string, known []string) (argument, error) {
	if strings.ContainsRune(text, 0) {
		return argument{}, fmt.Errorf("cannot hold a zero byte; got %q", text)
	}
	var a argument
	end := 0
	for _, found := range placeholder().FindAllStringSubmatchIndex(text, -1) {
		a.texts = append(a.texts, text[end:found[0]])
		a.names = append(a.names, strings.TrimSpace(text[found[2]:found[3]]))
		end = found[1]
	}
	a.texts = append(a.texts, text[end:])
	for _, name := range a.names {
		if strings.HasPrefix(name, dataPrefix) {
			continue // the spec decides whether there is such data
		}
		if name == "" || known != nil && !slices.Contains(known, name) {
			return a, fmt.Errorf("has {{%s}}, which is nothing that a spec can tell by the schema; there is %s",
				name, cmp.Or(strings.Join(known, ", "), "anything that has a name"))
		}
	}
	return a, nil
}

// expand returns the elements that an argument expands to: none if a value is
// missing, and several if the argument is a single placeholder whose value is a
// list.
func (a argument) expand(args any, in jobInput) ([]string, error) {
	if list, ok := a.value(0, args, in).([]any); ok && a.alone() {
		var elements []string
		for _, item := range list {
			text, err := argumentText(a.names[0], item)
			if err != nil {
				return nil, err
			}
			elements = append(elements, text)
		}
		return elements, nil
	}
	var element strings.Builder
	element.WriteString(a.texts[0])
	for i, name := range a.names {
		value := a.value(i, args, in)
		if value == nil {
			return nil, nil
		}
		text, err := argumentText(name, value)
		if err != nil {
			return nil, err
		}
		element.WriteString(text + a.texts[i+1])
	}
	return []string{element.String()}, nil
}

func (a argument) alone() bool { return len(a.names) == 1 && a.texts[0] == "" && a.texts[1] == "" }

// value returns the value of a placeholder; nil if there is none.
func (a argument) value(i int, args any, in jobInput) any {
	if i >= len(a.names) {
		return nil
	}
	if column, ok := strings.CutPrefix(a.names[i], dataPrefix); ok {
		return string(in.data.AppendOf(nil, in.job, slices.Index(in.data.Columns(), column)))
	}
	switch args := args.(type) {
	case map[string]any:
		if value, ok := args[a.names[i]]; ok {
			return value
		}
	case []any:
		if a.names[i] == allPlaceholder {
			return args
		}
	}
	switch a.names[i] {
	case jobPlaceholder:
		return json.Number(strconv.FormatInt(in.job, 10))
	case seedPlaceholder:
		return json.Number(strconv.FormatUint(in.seed, 10))
	}
	return nil
}

func argumentText(name string, value any) (string, error) {
	switch value := value.(type) {
	case string:
		if strings.ContainsRune(value, 0) {
			return "", param.Invalid("args."+name, "cannot hold a zero byte")
		}
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	}
	return "", param.Invalid("args."+name,
		"must be a string, a number, true or false, for the place that the operator's list gives it")
}
