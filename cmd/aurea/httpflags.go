package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/specfile"
)

// httpFlags maps flags, with curl's short forms, to the parameters of http jobs
// that they set.
var httpFlags = []struct{ flag, short, parameter string }{
	{"method", "X", "method"},
	{"header", "H", "headers"},
	{"body", "d", "body"},
}

// httpFlagOf returns the flag that sets a parameter of http jobs; "" if none
// does.
func httpFlagOf(parameter string) string {
	name := strings.TrimSuffix(parameter, specfile.Base64Suffix)
	if end := strings.IndexAny(name, ".["); end >= 0 {
		name = name[:end]
	}
	for _, f := range httpFlags {
		if f.parameter == name {
			return f.flag
		}
	}
	return ""
}

func addHTTPFlags(flags *pflag.FlagSet) {
	flags.StringP("method", "X", "", "method of http requests (default GET, or POST with a body)")
	flags.StringArrayP("header", "H", nil, `header of http requests, "Name: value"; repeatable`)
	flags.StringP("body", "d", "", "body of http requests, or @file to read a file (@- is standard input)")
}

// applyHTTPFlags sets the parameters of http jobs that a layer gives. The
// environment adds only what is missing, and only to http jobs.
func (d *specDocument) applyHTTPFlags(l layer) error {
	for _, f := range httpFlags {
		flag := l.flag(f.flag)
		if flag == nil || d.yieldsToScenarios(flag, "workload", l) {
			continue
		}
		object, _ := d.fields["workload"].(map[string]any)
		kind, _ := object["kind"].(string)
		if l.fromEnvironment && (kind != "http" || f.flag != "header" && hasKey(object, f.parameter)) {
			continue
		}
		if kind == "" && d.has("scenarios") {
			return scenarioFlagError(flag, f.parameter)
		}
		if kind != "http" {
			return otherKindError(flag, kind)
		}
		if err := d.setHTTPParameter(l, flag, object); err != nil {
			return err
		}
		d.origins["workload."+f.parameter] = flagOrigin(flag)
	}
	return nil
}

// otherKindError returns the error for a flag of http jobs beside another
// workload.
func otherKindError(flag *pflag.Flag, kind string) error {
	if kind == "" {
		return usageErrorf("%s needs a URL, or a spec whose workload is http", flagOrigin(flag))
	}
	return usageErrorf("%s is for the workload http, and this one is %s; leave it out, or give a URL",
		flagOrigin(flag), kind)
}

// setHTTPParameter sets the parameter of one of httpFlags.
func (d *specDocument) setHTTPParameter(l layer, flag *pflag.Flag, object map[string]any) error {
	switch flag.Name {
	case "header":
		return addHeaders(object, flag, l)
	case "body":
		return d.setRequestBody(object, flag)
	}
	if !utf8.ValidString(flag.Value.String()) {
		return usageErrorf("%s must be text in UTF-8", flagOrigin(flag))
	}
	object[flag.Name] = flag.Value.String()
	return nil
}

// setRequestBody sets the body as curl does: what is not JSON is a form, unless
// a header says otherwise.
func (d *specDocument) setRequestBody(object map[string]any, flag *pflag.Flag) error {
	content, err := d.readContent(flag.Value.String())
	if err != nil {
		return usageErrorf("%s: %v", flagOrigin(flag), err)
	}
	mediaType := "application/x-www-form-urlencoded"
	if setBody(object, "body", "body"+specfile.Base64Suffix, content) {
		mediaType = "application/json"
	}
	setContentType(object, mediaType)
	return nil
}

// addHeaders adds "Name: value" lines to the headers of a workload. Flags
// replace lines of the same name, and the environment gives way to them.
func addHeaders(object map[string]any, flag *pflag.Flag, l layer) error {
	given := l.values(flag)
	for _, line := range given {
		name, _, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return usageErrorf(`%s must be "Name: value"; got %q`, flagOrigin(flag), line)
		}
		if !utf8.ValidString(line) {
			return usageErrorf("%s must be text in UTF-8; got %q", flagOrigin(flag), line)
		}
	}
	present := headerLines(object["headers"])
	if l.fromEnvironment {
		given = withoutNames(given, present)
	} else {
		present = withoutNames(present, given)
	}
	var all []any
	for _, line := range slices.Concat(present, given) {
		all = append(all, line)
	}
	object["headers"] = all
	return nil
}

// withoutNames returns the lines whose names the others lack.
func withoutNames(lines, others []string) (rest []string) {
	for _, line := range lines {
		if !slices.ContainsFunc(others, func(other string) bool { return sameHeader(line, other) }) {
			rest = append(rest, line)
		}
	}
	return rest
}

// sameHeader reports whether two "Name: value" lines have the same name.
func sameHeader(a, b string) bool {
	nameOfA, _, _ := strings.Cut(a, ":")
	nameOfB, _, _ := strings.Cut(b, ":")
	return strings.EqualFold(strings.TrimSpace(nameOfA), strings.TrimSpace(nameOfB))
}

// headerLines returns the headers of a workload as "Name: value" lines. A spec
// has them as such a list, or as an object of values or lists of values.
func headerLines(headers any) (lines []string) {
	switch headers := headers.(type) {
	case []any:
		for _, line := range headers {
			lines = append(lines, fmt.Sprint(line))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			values, ok := headers[name].([]any)
			if !ok {
				values = []any{headers[name]}
			}
			for _, value := range values {
				lines = append(lines, fmt.Sprintf("%s: %v", name, value))
			}
		}
	}
	return lines
}
