package report

import (
	"encoding/json"
	"maps"
	"strings"
)

// The type of a body, unless a header gives another one.
const (
	contentType = "Content-Type"
	formType    = "application/x-www-form-urlencoded"
	jsonType    = "application/json"
)

// addRequest adds the method, the headers and the body of http jobs with their
// flags, and takes them out of the parameters. What these flags would change stays
// there: the command makes a list of headers, and gives a body its type. It returns
// false for what neither flags nor parameters can give.
func (l *commandLine) addRequest(parameters map[string]any) bool {
	method, given := parameters["method"].(string)
	l.add("method", given, method)
	if given {
		delete(parameters, "method")
	}
	headers, ok := headerList(parameters["headers"])
	if !ok {
		return false
	}
	switch parameters["body"].(type) {
	case json.Number, bool:
		return false // a flag would make a text of it
	}
	body, given := parameters["body"].(string)
	typed := given && hasType(parameters["headers"])
	switch {
	case given && (strings.HasPrefix(body, "@") || unknown(body) || !typed && json.Valid([]byte(body))):
		return false
	case typed:
		headers = withoutType(parameters, headers, typeOf(body))
		delete(parameters, "body")
	}
	if headers != nil {
		delete(parameters, "headers")
	}
	for _, line := range headers {
		l.add("header", true, line)
	}
	l.add("body", typed, body)
	return true
}

// typeOf returns the type that the command gives a body.
func typeOf(body string) string {
	if json.Valid([]byte(body)) {
		return jsonType
	}
	return formType
}

// headerList returns the headers if they are a list; nil if not. It returns false
// for a list that flags cannot give.
func headerList(headers any) (lines []string, ok bool) {
	list, isList := headers.([]any)
	if !isList {
		return nil, true
	}
	lines = []string{}
	for _, member := range list {
		line, isText := member.(string)
		if !isText || unknown(line) {
			return nil, false
		}
		lines = append(lines, line)
	}
	return lines, true
}

// hasType reports whether headers, a list or an object, have a Content-Type.
func hasType(headers any) bool { return len(typesOf(headers)) > 0 }

// typesOf returns the names of all headers that are a Content-Type.
func typesOf(headers any) (names []string) {
	var all []string
	switch headers := headers.(type) {
	case []any:
		for _, line := range headers {
			name, _, _ := strings.Cut(line.(string), ":") // headerList has checked it
			all = append(all, name)
		}
	case map[string]any:
		for name := range maps.Keys(headers) {
			all = append(all, name)
		}
	}
	for _, name := range all {
		if strings.EqualFold(name, contentType) {
			names = append(names, name)
		}
	}
	return names
}

// withoutType leaves the type out that the command adds for a body: as the last
// line of a list, which it returns, or as the only member of an object.
func withoutType(parameters map[string]any, lines []string, added string) []string {
	if object, ok := parameters["headers"].(map[string]any); ok && len(object) == 1 && object[contentType] == added {
		delete(parameters, "headers")
	}
	last := len(lines) - 1
	if last >= 0 && lines[last] == contentType+": "+added && len(typesOf(parameters["headers"])) == 1 {
		return lines[:last]
	}
	return lines
}
