package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
)

const (
	// maxValues is how many values a YAML document may have where each alias
	// counts as all that it stands for.
	maxValues = 1_000_000
	// maxYAMLDepth is deeper than any document that DecodeSpec accepts.
	maxYAMLDepth = 40
)

// yamlValues turns the nodes of a YAML document into decoded JSON values: text
// stays as it was written, and numbers keep their digits.
type yamlValues struct {
	wrong         []yamlMistake
	values, bytes int // that are left, aliases replaced
}

// A yamlMistake is a mistake at a place of the document.
type yamlMistake struct {
	aurea.FieldError
	line, column int
}

func (v *yamlValues) add(node *yaml.Node, location, format string, args ...any) {
	if len(v.wrong) < 50 { // enough to see what is wrong
		v.wrong = append(v.wrong, yamlMistake{aurea.FieldError{Location: location, Message: fmt.Sprintf(format, args...)}, node.Line, node.Column})
	}
}

// mistakes are the locations of all mistakes.
func (v *yamlValues) mistakes() (locations []string) {
	for _, wrong := range v.wrong {
		locations = append(locations, wrong.Location)
	}
	return locations
}

// err is every mistake with its place in the file; nil when there is none.
func (v *yamlValues) err(file string) error {
	if len(v.wrong) == 0 {
		return nil
	}
	invalid := &aurea.InvalidError{}
	for _, wrong := range v.wrong {
		wrong.Location = place(file, wrong.line, wrong.column, wrong.Location)
		invalid.Fields = append(invalid.Fields, wrong.FieldError)
	}
	return invalid
}

// of is the value of a node; nil after a mistake.
func (v *yamlValues) of(node *yaml.Node, location string, depth int) any {
	shown := node
	node = resolved(node)
	v.values--
	v.bytes -= len(node.Value)
	switch {
	case v.values < 0 || v.bytes < 0:
		if v.values > -maxValues {
			v.add(shown, location, "the file holds more than %d values or %d MiB once each alias is replaced", maxValues, maxSpecFile>>20)
			v.values = -maxValues // said once
		}
		return nil
	case depth > maxYAMLDepth:
		v.add(shown, location, "is nested deeper than %d levels", maxYAMLDepth)
		return nil
	case node.Kind == yaml.MappingNode:
		return v.object(node, location, depth)
	case node.Kind == yaml.SequenceNode:
		return v.list(node, location, depth)
	}
	value, err := scalarOf(node)
	if err != nil {
		v.add(shown, location, "%v", err)
	}
	return value
}

func (v *yamlValues) list(node *yaml.Node, location string, depth int) any {
	v.refuseTag(node, location, "!!seq")
	list := make([]any, 0, len(node.Content))
	for i, item := range node.Content {
		if v.values < 0 {
			break
		}
		at := fmt.Sprintf("%s[%d]", location, i)
		value := v.of(item, at, depth+1)
		if content, ok := value.(binary); ok {
			value = v.text(item, content, at)
		}
		list = append(list, value)
	}
	return list
}

func (v *yamlValues) object(node *yaml.Node, location string, depth int) any {
	v.refuseTag(node, location, "!!map")
	object := make(map[string]any, len(node.Content)/2)
	at := make(map[string]*yaml.Node, len(node.Content)/2)
	var merged *yaml.Node
	for i := 0; i+1 < len(node.Content) && v.values >= 0; i += 2 {
		shown, value := node.Content[i], node.Content[i+1]
		key := resolved(shown)
		switch {
		case key.Tag != "!!merge" && !isText(key):
			v.add(shown, location, "every key must be a string; put %s in quotes", cmp.Or(key.Value, "it"))
		case key.Tag == "!!merge" && merged == nil:
			merged = value
		case at[key.Value] != nil || key.Tag == "!!merge":
			v.add(shown, dotted(location, key.Value), "is given twice")
		default:
			at[key.Value] = value
			object[key.Value] = v.of(value, dotted(location, key.Value), depth+1)
		}
	}
	if merged != nil {
		v.merge(object, merged, location, depth)
	}
	v.placeBytes(object, at, location)
	return object
}

// merge adds the entries of the mappings that << refers to, in the order of
// their rank, where the object has none of that key.
func (v *yamlValues) merge(object map[string]any, from *yaml.Node, location string, depth int) {
	sources := []*yaml.Node{from}
	if resolved(from).Kind == yaml.SequenceNode {
		sources = resolved(from).Content
	}
	for _, source := range sources {
		if resolved(source).Kind != yaml.MappingNode {
			v.add(source, location, "<< must refer to a mapping, or a list of mappings")
			continue
		}
		entries, _ := v.of(source, location, depth+1).(map[string]any)
		for key, value := range entries {
			if _, given := object[key]; !given {
				object[key] = value
			}
		}
	}
}

// placeBytes replaces what is marked as binary: by the parameter of the kind
// that takes bytes, such as body_base64 for body, or else by the text that it is.
func (v *yamlValues) placeBytes(object map[string]any, at map[string]*yaml.Node, location string) {
	kind, _ := object["kind"].(string)
	for key, value := range object {
		content, ok := value.(binary)
		if !ok {
			continue
		}
		if encoded := bytesParameter(kind, key); encoded != "" {
			delete(object, key)
			object[encoded] = base64.StdEncoding.EncodeToString(content)
			continue
		}
		object[key] = v.text(at[key], content, dotted(location, key))
	}
}

// text is what is marked as binary, and may stand only where it is text.
func (v *yamlValues) text(node *yaml.Node, content binary, location string) any {
	if !utf8.Valid(content) {
		v.add(node, location, "cannot hold bytes that are not text in UTF-8")
	}
	return string(content)
}

// refuseTag refuses a collection that is tagged as something else.
func (v *yamlValues) refuseTag(node *yaml.Node, location, tag string) {
	if node.Tag != tag {
		v.add(node, location, "has the tag %s, for which there is no use here", node.Tag)
	}
}

func dotted(location, key string) string {
	if location == "" {
		return key
	}
	return location + "." + key
}
