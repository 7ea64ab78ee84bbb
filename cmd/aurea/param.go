package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// setParam lays one --param key=value over a workload. A dotted key reaches into
// objects; a value such as @body.json is the content of that file.
func setParam(object map[string]any, key, text string) error {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		content, err := os.ReadFile(file)
		if err != nil {
			return usageErrorf("--param %s: %v", key, err)
		}
		text = string(content)
	}
	kind, _ := object["kind"].(string)
	nested(object, key)[key[strings.LastIndex(key, ".")+1:]] = paramValue(declared(kind, key), text)
	return nil
}

// declared is the type of a kind's parameter, whether this host offers the kind or
// not; "" where there is none.
func declared(name, key string) aurea.Type {
	return typeOf(workload.ParametersOf(name), key)
}

// typeOf is the type of a parameter, or of a member of one by a dotted key.
func typeOf(members []aurea.Parameter, key string) aurea.Type {
	var of aurea.Type
	for part := range strings.SplitSeq(key, ".") {
		if of == aurea.Texts {
			return aurea.Text
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

// paramValue is a text as it is where a text is wanted. Elsewhere what looks like
// JSON is read as such; whether that is right is DecodeSpec's to say.
func paramValue(wanted aurea.Type, text string) any {
	switch {
	case wanted == aurea.Text || wanted == aurea.DurationText:
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
	return scalar(text)
}

// nested is the object that a dotted key such as failure.rate is a member of,
// made where it is not there yet.
func nested(object map[string]any, key string) map[string]any {
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
