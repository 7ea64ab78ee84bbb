package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// addEnvironmentParams adds the parameters of the environment that the workload does not
// have. Where the environment names a workload they are of that one alone.
func (d *specDocument) addEnvironmentParams(l layer, command *cobra.Command) error {
	named := slices.ContainsFunc(variableNames(command, "workload"), func(name string) bool { return os.Getenv(name) != "" })
	if named && variableOf(command.Flags().Lookup("workload")) != d.origins["workload"] {
		return nil
	}
	return d.applyParams(l)
}

// applyParams lays key=value over a workload. A dotted key reaches into objects; a
// value such as @body.json is the content of that file.
func (d *specDocument) applyParams(l layer) error {
	flag := l.flag("param")
	if flag == nil {
		return nil
	}
	object, ok := d.fields["workload"].(map[string]any)
	if !ok {
		return usageErrorf("%s needs --workload KIND, or a workload in the spec", flagOrigin(flag))
	}
	needsContentType := false
	for _, pair := range l.values(flag) {
		key, text, err := splitPair(flag, pair)
		if err != nil {
			return err
		}
		if l.fromEnvironment && hasKey(object, key) {
			continue
		}
		content, err := d.readContent(text)
		if err != nil {
			return usageErrorf("%s %s: %v", flagOrigin(flag), key, err)
		}
		isJSON, err := setParam(object, key, content)
		if err != nil {
			return usageErrorf("%s %s: %v", flagOrigin(flag), key, err)
		}
		needsContentType = needsContentType || isJSON
		d.origins["workload."+key] = flagOrigin(flag)
	}
	if needsContentType {
		setContentType(object, "application/json")
	}
	return nil
}

// readContent is a text as it is, or, of @file, what the file holds.
func (d *specDocument) readContent(text string) (string, error) {
	name, ok := strings.CutPrefix(text, "@")
	if !ok {
		return text, nil
	}
	if name == "-" && d.stdin == nil {
		return "", fmt.Errorf("standard input was read already; it can stand for one thing only")
	}
	content, err := readFile(name, d.stdin, maxParamFile)
	if name == "-" {
		d.stdin = nil
	}
	return string(content), err
}

// setParam sets a parameter of a workload, which may be a dotted key. It reports
// whether that is a body that is JSON.
func setParam(object map[string]any, key, text string) (isJSON bool, err error) {
	kind, _ := object["kind"].(string)
	if encoded := base64Parameter(kind, key); encoded != "" {
		return setBody(object, key, encoded, text), nil
	}
	if !utf8.ValidString(text) {
		return false, fmt.Errorf("must be text in UTF-8")
	}
	if base, ok := strings.CutSuffix(key, base64Suffix); ok && base64Parameter(kind, base) != "" {
		delete(object, base) // which it replaces
	}
	if err := checkJSON(text); err != nil {
		return false, err
	}
	enclosingObject(object, key)[key[strings.LastIndex(key, ".")+1:]] = parseParam(declaredType(kind, key), text)
	return false, nil
}

// checkJSON refuses an object or a list that the API would refuse, such as one
// with a key twice. What is no JSON is a text.
func checkJSON(text string) error {
	if !json.Valid([]byte(text)) || !strings.ContainsAny(text[:1], "[{") {
		return nil
	}
	_, err := param.DecodeObject([]byte(`{"value":` + text + `}`))
	return err
}

// base64Suffix ends the name of a parameter that has the bytes of another one.
const base64Suffix = "_base64"

// base64Parameter is the parameter of a kind that takes bytes for another one,
// such as body_base64 for body; "" where there is none.
func base64Parameter(kind, key string) string {
	if strings.Contains(key, ".") || declaredType(kind, key+base64Suffix) != param.Text {
		return ""
	}
	return key + base64Suffix
}

// setBody sets a parameter that is sent as it was given, byte for byte.
func setBody(object map[string]any, key, encoded, text string) (isJSON bool) {
	delete(object, key)
	delete(object, encoded)
	if !utf8.ValidString(text) {
		object[encoded] = base64.StdEncoding.EncodeToString([]byte(text))
		return false
	}
	object[key] = text
	return json.Valid([]byte(text))
}

// setContentType adds the header to those of a workload, an object or a list of
// "Name: value", unless it is there.
func setContentType(object map[string]any, value string) {
	const name = "Content-Type"
	switch headers := object["headers"].(type) {
	case nil:
		object["headers"] = map[string]any{name: value}
	case map[string]any:
		for given := range headers {
			if strings.EqualFold(given, name) {
				return
			}
		}
		headers[name] = value
	case []any:
		for _, line := range headers {
			text, _ := line.(string)
			if given, _, _ := strings.Cut(text, ":"); strings.EqualFold(given, name) {
				return
			}
		}
		object["headers"] = append(headers, name+": "+value)
	}
}

// declaredType is the type of a kind's parameter, whether this host offers the kind or
// not; "" where there is none.
func declaredType(name, key string) param.Type {
	return parameterType(workload.ParametersOf(name), key)
}

// parameterType is the type of a parameter, or of a member of one by a dotted key.
func parameterType(members []param.Parameter, key string) param.Type {
	var of param.Type
	for part := range strings.SplitSeq(key, ".") {
		if of == param.StringMap || of == param.FieldList {
			return param.Text
		}
		of = ""
		for _, p := range members {
			if p.Name == part {
				of, members = p.Type, p.Members
				break
			}
		}
	}
	return of
}

// parseParam is a text as it is where a text is wanted. Elsewhere what looks like
// JSON is read as such; whether that is right is DecodeSpec's to say.
func parseParam(wanted param.Type, text string) any {
	switch {
	case wanted == param.Text || wanted == param.Duration:
		return text
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil || decoder.More() {
			return text
		}
		return value
	}
	return parseScalar(text)
}

// enclosingObject is the object that a dotted key such as failure.rate is a member of,
// made where it is not there yet.
func enclosingObject(object map[string]any, key string) map[string]any {
	parts := strings.Split(key, ".")
	for _, part := range parts[:len(parts)-1] {
		inner, ok := object[part].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[part] = inner
		}
		object = inner
	}
	return object
}

// hasKey reports whether an object has a value at a dotted key.
func hasKey(object map[string]any, key string) bool {
	for {
		part, rest, more := strings.Cut(key, ".")
		value, given := object[part]
		inner, isObject := value.(map[string]any)
		if !given || !more || !isObject {
			return given
		}
		object, key = inner, rest
	}
}

// parseScalar reads a flag's text as JSON where it is a number, true or false, and
// as a string otherwise; whether that is right is DecodeSpec's to say.
func parseScalar(text string) any {
	if text == "true" || text == "false" {
		return text == "true"
	}
	if json.Valid([]byte(text)) && strings.ContainsAny(text[:1], "-0123456789") {
		return json.Number(text)
	}
	return text
}
