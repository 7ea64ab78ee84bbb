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

	"github.com/aurea-orchestrator/aurea/internal/specfile"
	"github.com/aurea-orchestrator/aurea/internal/workload/kinds"
	"github.com/aurea-orchestrator/aurea/param"
)

// addEnvironmentParams adds the parameters of the environment that the workload
// lacks. If the environment also names a workload, they apply to that one only.
func (d *specDocument) addEnvironmentParams(l layer, command *cobra.Command) error {
	namesWorkload := slices.ContainsFunc(variableNames(command, "workload"), func(name string) bool {
		return os.Getenv(name) != ""
	})
	if namesWorkload && variableOf(command.Flags().Lookup("workload")) != d.origins["workload"] {
		return nil
	}
	return d.applyParams(l)
}

// applyParams sets the parameters that a layer gives as key=value. A dotted key
// selects a member of an object; a value such as @body.json is read from the
// file.
func (d *specDocument) applyParams(l layer) error {
	flag := l.flag("param")
	if flag == nil {
		return nil
	}
	if d.yieldsToScenarios(flag, "workload", l) {
		return nil
	}
	object, ok := d.fields["workload"].(map[string]any)
	if !ok && d.has("scenarios") {
		key, _, _ := strings.Cut(l.values(flag)[0], "=")
		return scenarioFlagError(flag, key)
	}
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

// readContent returns a text, or for @file the content of the file. @- is
// standard input.
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

// setParam sets the parameter of a workload that a possibly dotted key selects.
// It reports whether the parameter is a body of JSON.
func setParam(object map[string]any, key, text string) (isJSON bool, err error) {
	kind, _ := object["kind"].(string)
	if encoded := base64Parameter(kind, key); encoded != "" {
		return setBody(object, key, encoded, text), nil
	}
	if !utf8.ValidString(text) {
		return false, fmt.Errorf("must be text in UTF-8")
	}
	if base, ok := strings.CutSuffix(key, specfile.Base64Suffix); ok && base64Parameter(kind, base) != "" {
		delete(object, base) // the bytes replace the text
	}
	if err := checkJSON(text); err != nil {
		return false, err
	}
	enclosingObject(object, key)[key[strings.LastIndex(key, ".")+1:]] = parseParam(declaredType(kind, key), text)
	return false, nil
}

// checkJSON returns an error for a JSON object or list that the API would
// refuse, such as one with a duplicate key. Other texts are valid.
func checkJSON(text string) error {
	if !json.Valid([]byte(text)) || !strings.ContainsAny(text[:1], "[{") {
		return nil
	}
	_, err := param.DecodeObject([]byte(`{"value":` + text + `}`))
	return err
}

// base64Parameter returns the parameter that holds the bytes of another one,
// such as body_base64 for body; "" if the kind has none.
func base64Parameter(kind, key string) string {
	return specfile.Base64Parameter(everyKind.Parameters(kind), key)
}

// setBody sets a parameter that is sent byte for byte: as text if it is valid
// UTF-8, else in base64. It reports whether the text is JSON.
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

// setContentType adds the header Content-Type to the headers of a workload
// unless they have one. Headers are an object or a list of "Name: value".
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

// everyKind is all kinds of job. It answers questions that do not depend on what
// this host allows.
var everyKind = kinds.New(kinds.Options{})

// declaredType returns the type of a kind's parameter; "" if there is none. It
// knows all kinds, including those that this host does not offer.
func declaredType(name, key string) param.Type {
	return parameterType(everyKind.Parameters(name), key)
}

// parameterType returns the type of the parameter or member that a dotted key
// selects; "" if there is none.
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

// parseParam parses the text of a parameter. A text parameter keeps it as it
// is; for other types it is parsed as JSON if it looks like JSON. DecodeSpec
// validates the value.
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

// enclosingObject returns the object that holds the member selected by a dotted
// key such as failure.rate. It creates missing objects.
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

// parseScalar parses a number, true or false as JSON and returns other texts as
// they are. DecodeSpec validates the value.
func parseScalar(text string) any {
	if text == "true" || text == "false" {
		return text == "true"
	}
	if json.Valid([]byte(text)) && strings.ContainsAny(text[:1], "-0123456789") {
		return json.Number(text)
	}
	return text
}
