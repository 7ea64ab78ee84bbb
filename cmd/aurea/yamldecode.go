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
	// maxYAMLValues is how many values a YAML document may have where each alias
	// counts as all that it stands for.
	maxYAMLValues = 1_000_000
	// maxYAMLDepth is deeper than any document that DecodeSpec accepts.
	maxYAMLDepth = 40
)

// yamlDecoder turns the nodes of a YAML document into decoded JSON values: text
// stays as it was written, and numbers keep their digits.
type yamlDecoder struct {
	mistakes              []yamlMistake
	valuesLeft, bytesLeft int // that are left, aliases replaced
}

// A yamlMistake is a mistake at a place of the document.
type yamlMistake struct {
	aurea.FieldError
	line, column int
}

func (v *yamlDecoder) add(node *yaml.Node, location, format string, args ...any) {
	if len(v.mistakes) < 50 { // enough to see what is wrong
		v.mistakes = append(v.mistakes, yamlMistake{aurea.FieldError{Location: location, Message: fmt.Sprintf(format, args...)}, node.Line, node.Column})
	}
}

// locations are the locations of all mistakes.
func (v *yamlDecoder) locations() (locations []string) {
	for _, wrong := range v.mistakes {
		locations = append(locations, wrong.Location)
	}
	return locations
}

// err is every mistake with its place in the file; nil when there is none.
func (v *yamlDecoder) err(file string) error {
	if len(v.mistakes) == 0 {
		return nil
	}
	invalid := &aurea.InvalidError{}
	for _, wrong := range v.mistakes {
		wrong.Location = formatPosition(file, wrong.line, wrong.column, wrong.Location)
		invalid.Fields = append(invalid.Fields, wrong.FieldError)
	}
	return invalid
}

// decode is the value of a node; nil after a mistake.
func (v *yamlDecoder) decode(node *yaml.Node, location string, depth int) any {
	shown := node
	node = resolveAlias(node)
	v.valuesLeft--
	v.bytesLeft -= len(node.Value)
	switch {
	case v.valuesLeft < 0 || v.bytesLeft < 0:
		if v.valuesLeft > -maxYAMLValues {
			v.add(shown, location, "the file holds more than %d values or %d MiB once each alias is replaced", maxYAMLValues, maxSpecFile>>20)
			v.valuesLeft = -maxYAMLValues // said once
		}
		return nil
	case depth > maxYAMLDepth:
		v.add(shown, location, "is nested deeper than %d levels", maxYAMLDepth)
		return nil
	case node.Kind == yaml.MappingNode:
		return v.decodeMapping(node, location, depth)
	case node.Kind == yaml.SequenceNode:
		return v.decodeList(node, location, depth)
	}
	value, err := decodeScalar(node)
	if err != nil {
		v.add(shown, location, "%v", err)
	}
	return value
}

func (v *yamlDecoder) decodeList(node *yaml.Node, location string, depth int) any {
	v.checkTag(node, location, "!!seq")
	list := make([]any, 0, len(node.Content))
	for i, item := range node.Content {
		if v.valuesLeft < 0 {
			break
		}
		at := fmt.Sprintf("%s[%d]", location, i)
		value := v.decode(item, at, depth+1)
		if content, ok := value.(binaryValue); ok {
			value = v.binaryText(item, content, at)
		}
		list = append(list, value)
	}
	return list
}

func (v *yamlDecoder) decodeMapping(node *yaml.Node, location string, depth int) any {
	v.checkTag(node, location, "!!map")
	object := make(map[string]any, len(node.Content)/2)
	at := make(map[string]*yaml.Node, len(node.Content)/2)
	var merged *yaml.Node
	for i := 0; i+1 < len(node.Content) && v.valuesLeft >= 0; i += 2 {
		shown, value := node.Content[i], node.Content[i+1]
		key := resolveAlias(shown)
		switch {
		case key.Tag != "!!merge" && !isString(key):
			v.add(shown, location, "every key must be a string; put %s in quotes", cmp.Or(key.Value, "it"))
		case key.Tag == "!!merge" && merged == nil:
			merged = value
		case at[key.Value] != nil || key.Tag == "!!merge":
			v.add(shown, joinLocation(location, key.Value), "is given twice")
		default:
			at[key.Value] = value
			object[key.Value] = v.decode(value, joinLocation(location, key.Value), depth+1)
		}
	}
	if merged != nil {
		v.applyMerge(object, merged, location, depth)
	}
	v.resolveBinary(object, at, location)
	return object
}

// applyMerge adds the entries of the mappings that << refers to, in the order of
// their rank, where the object has none of that key.
func (v *yamlDecoder) applyMerge(object map[string]any, from *yaml.Node, location string, depth int) {
	sources := []*yaml.Node{from}
	if resolveAlias(from).Kind == yaml.SequenceNode {
		sources = resolveAlias(from).Content
	}
	for _, source := range sources {
		if resolveAlias(source).Kind != yaml.MappingNode {
			v.add(source, location, "<< must refer to a mapping, or a list of mappings")
			continue
		}
		entries, _ := v.decode(source, location, depth+1).(map[string]any)
		for key, value := range entries {
			if _, given := object[key]; !given {
				object[key] = value
			}
		}
	}
}

// resolveBinary replaces what is marked as binary: by the parameter of the kind
// that takes bytes, such as body_base64 for body, or else by the text that it is.
func (v *yamlDecoder) resolveBinary(object map[string]any, at map[string]*yaml.Node, location string) {
	kind, _ := object["kind"].(string)
	for key, value := range object {
		content, ok := value.(binaryValue)
		if !ok {
			continue
		}
		if encoded := base64Parameter(kind, key); encoded != "" {
			delete(object, key)
			object[encoded] = base64.StdEncoding.EncodeToString(content)
			continue
		}
		object[key] = v.binaryText(at[key], content, joinLocation(location, key))
	}
}

// binaryText is what is marked as binary, and may stand only where it is text.
func (v *yamlDecoder) binaryText(node *yaml.Node, content binaryValue, location string) any {
	if !utf8.Valid(content) {
		v.add(node, location, "cannot hold bytes that are not text in UTF-8")
	}
	return string(content)
}

// checkTag refuses a collection that is tagged as something else.
func (v *yamlDecoder) checkTag(node *yaml.Node, location, tag string) {
	if node.Tag != tag {
		v.add(node, location, "has the tag %s, for which there is no use here", node.Tag)
	}
}

func joinLocation(location, key string) string {
	if location == "" {
		return key
	}
	return location + "." + key
}
