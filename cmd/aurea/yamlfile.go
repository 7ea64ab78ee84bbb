package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
)

// maxDirectives is how many lines of a file may begin like a directive. The
// parser takes time in proportion to their square.
const maxDirectives = 100

// parseYAMLFile reads a file of one YAML document. Its scalars are those of the
// core schema of YAML 1.2: what is no number, boolean or null there is text.
func parseYAMLFile(name string, content []byte) (*specFile, error) {
	if bytes.Count(content, []byte("\n%")) > maxDirectives {
		return nil, usageErrorf("%s has more than %d directives", name, maxDirectives)
	}
	document, err := loadYAML(content)
	if errors.Is(err, io.EOF) {
		return nil, usageErrorf("%s has no fields; a spec begins with fields such as num_jobs: 100", name)
	}
	if err != nil {
		line, column, message := describeYAMLError(err, content)
		return nil, &aurea.InvalidError{Fields: []aurea.FieldError{{Location: formatPosition(name, line, column, ""), Message: message}}}
	}
	f := &specFile{name: name}
	f.position = func(location string) (int, int) {
		at, _ := findYAMLNode(document, location)
		return at.Line, at.Column
	}
	f.literal = func(location string) string { return unquotedLiteral(document, location) }
	values := yamlDecoder{valuesLeft: maxYAMLValues, bytesLeft: maxSpecFile}
	value := values.decode(document, "", 0)
	fields, ok := value.(map[string]any)
	if !ok && len(values.mistakes) == 0 {
		values.add(document, "", "must be a mapping of fields to values, such as num_jobs: 100")
	}
	if f.mistakes = values.locations(); values.valuesLeft >= 0 && values.bytesLeft >= 0 {
		f.fields = fields // the part that was read of a larger one says nothing
	}
	return f, values.err(name)
}

// loadYAML parses a stream of one document; io.EOF means that there is none.
func loadYAML(content []byte) (*yaml.Node, error) {
	// The parser knows the directive of 1.1 alone; the scalars are ours anyway.
	if version, ok := bytes.CutPrefix(content, []byte("%YAML 1.2")); ok {
		content = append([]byte("%YAML 1.1"), version...)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil {
		return nil, err
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, secondDocumentError(second.Line)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, io.EOF
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Value == "" && root.Style == 0 {
		return nil, io.EOF
	}
	return root, nil
}

// A secondDocumentError is the line at which a stream goes on that should have ended.
type secondDocumentError int

func (secondDocumentError) Error() string { return "there is a second document; a file holds one" }

// findYAMLNode returns the key and the value at a location of a document, or of the
// nearest value around it that there is. An item of a list is its own key.
func findYAMLNode(node *yaml.Node, location string) (key, value *yaml.Node) {
	key, value = node, node
	for location != "" {
		nextKey, nextValue, rest := findEntry(resolveAlias(value), location)
		if nextValue == nil {
			break
		}
		key, value, location = nextKey, nextValue, rest
	}
	return key, value
}

// unquotedLiteral is the number or boolean at a location as it was written; "" where
// there is something else.
func unquotedLiteral(document *yaml.Node, location string) string {
	_, value := findYAMLNode(document, location)
	value = resolveAlias(value)
	if value.Kind != yaml.ScalarNode || value.Style != 0 {
		return ""
	}
	switch decoded, _ := decodePlainScalar(value.Value); decoded.(type) {
	case json.Number, bool:
		return value.Value
	}
	return ""
}

// findEntry is the entry of a mapping or a sequence that a location begins with,
// its key, and the rest of the location.
func findEntry(node *yaml.Node, location string) (key, value *yaml.Node, rest string) {
	if node.Kind == yaml.SequenceNode {
		for i, item := range node.Content {
			if rest, ok := trimStep(location, fmt.Sprintf("[%d]", i)); ok {
				return item, item, rest
			}
		}
		return nil, nil, ""
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if rest, ok := trimStep(location, resolveAlias(node.Content[i]).Value); ok {
			return node.Content[i], node.Content[i+1], rest
		}
	}
	return nil, nil, ""
}

// resolveAlias is the node that an alias stands for, and any other node itself.
func resolveAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
