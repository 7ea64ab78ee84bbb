package specfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea/param"
)

// maxDirectives limits the lines that begin like a directive. The parser's time
// grows with the square of their number.
const maxDirectives = 100

// parseYAML decodes a file of one YAML document. Scalars follow the core
// schema of YAML 1.2: whatever is not a number, boolean or null is text.
func parseYAML(name string, content []byte, options Options) (*File, error) {
	if bytes.Count(content, []byte("\n%")) > maxDirectives {
		return nil, param.Invalid("", "%s has more than %d directives", name, maxDirectives)
	}
	document, err := loadYAML(content)
	if errors.Is(err, io.EOF) {
		return nil, param.Invalid("", "%s has no fields; a spec begins with fields such as num_jobs: 100", name)
	}
	if err != nil {
		return nil, mistake(describeYAMLError(err, content))
	}
	f := &File{root: document}
	decoder := newDecoder(options)
	value := decoder.decode(document, "", 0)
	fields, ok := value.(map[string]any)
	if !ok && len(decoder.mistakes) == 0 {
		decoder.add(document, "", "must be a mapping of fields to values, such as num_jobs: 100")
	}
	if f.Mistakes = decoder.locations(); decoder.valuesLeft >= 0 && decoder.bytesLeft >= 0 {
		f.Fields = fields // else the values are incomplete
	}
	return f, decoder.err()
}

// loadYAML parses a stream of one document. It returns io.EOF for an empty one.
func loadYAML(content []byte) (*yaml.Node, error) {
	// The parser knows version 1.1 only. The difference is in the scalars,
	// which this package decodes itself.
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

// A secondDocumentError is the line of a second document in the stream.
type secondDocumentError int

func (secondDocumentError) Error() string { return "there is a second document; a file holds one" }

// findNode returns the key and the value at a location, or of the nearest
// value around it. The key of a list item is the item itself.
func findNode(node *yaml.Node, location string) (key, value *yaml.Node) {
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

// unquotedLiteral returns the text of the unquoted number or boolean at a
// location; "" for other values.
func unquotedLiteral(document *yaml.Node, location string) string {
	_, value := findNode(document, location)
	value = resolveAlias(value)
	if value.Kind != yaml.ScalarNode || value.Style != 0 {
		return ""
	}
	switch decoded, _ := DecodePlain(value.Value); decoded.(type) {
	case json.Number, bool:
		return value.Value
	}
	return ""
}

// isPlainScalar reports whether the value at a location is written without quotes
// and tag.
func isPlainScalar(document *yaml.Node, location string) bool {
	_, value := findNode(document, location)
	value = resolveAlias(value)
	return value.Kind == yaml.ScalarNode && value.Style == 0
}

// findEntry returns the key and value of the entry that a location begins with,
// and the rest of the location. The value is nil if there is none.
func findEntry(node *yaml.Node, location string) (key, value *yaml.Node, rest string) {
	if node.Kind == yaml.SequenceNode {
		for i, item := range node.Content {
			if rest, ok := TrimStep(location, fmt.Sprintf("[%d]", i)); ok {
				return item, item, rest
			}
		}
		return nil, nil, ""
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if rest, ok := TrimStep(location, resolveAlias(node.Content[i]).Value); ok {
			return node.Content[i], node.Content[i+1], rest
		}
	}
	return nil, nil, ""
}

// resolveAlias returns the node that an alias refers to, or any other node
// itself.
func resolveAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}
