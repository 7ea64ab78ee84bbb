package specfile

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea/param"
)

// JSON returns the fields as JSON with their keys in the order of the file, and
// the line of each value in the order of that JSON. The line of a member is that
// of its key.
func (f *File) JSON() (encoded []byte, lines []int, err error) {
	root := f.root
	if root == nil {
		reader := &jsonReader{decoder: json.NewDecoder(bytes.NewReader(f.content)), content: f.content, line: 1}
		reader.decoder.UseNumber()
		root = reader.node()
	}
	var w orderedWriter
	w.write(f.Fields, root, root.Line)
	return w.encoded.Bytes(), w.lines, w.err
}

// An orderedWriter writes values in the order of their nodes.
type orderedWriter struct {
	encoded bytes.Buffer
	lines   []int
	err     error // the first one
}

func (w *orderedWriter) write(value any, node *yaml.Node, line int) {
	node = resolveAlias(node)
	w.lines = append(w.lines, line)
	switch value := value.(type) {
	case map[string]any:
		w.writeObject(value, node, line)
	case []any:
		w.encoded.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				w.encoded.WriteByte(',')
			}
			w.write(item, node.Content[i], node.Content[i].Line)
		}
		w.encoded.WriteByte(']')
	default:
		w.writePlain(value)
	}
}

// writeObject writes an object. The members that its node does not have under
// their keys, such as merged ones, come last; their line is that of the object.
func (w *orderedWriter) writeObject(object map[string]any, node *yaml.Node, line int) {
	rest := maps.Clone(object)
	w.encoded.WriteByte('{')
	member := func(key string, at *yaml.Node, line int) {
		if len(rest) < len(object) {
			w.encoded.WriteByte(',')
		}
		delete(rest, key)
		w.writePlain(key)
		w.encoded.WriteByte(':')
		w.write(object[key], at, line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := resolveAlias(node.Content[i])
		if _, left := rest[key.Value]; left {
			member(key.Value, node.Content[i+1], node.Content[i].Line)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		member(key, unknownNode(object[key], line), line)
	}
	w.encoded.WriteByte('}')
}

// unknownNode returns a node for a value that has none of its own, with one for
// each item of a list.
func unknownNode(value any, line int) *yaml.Node {
	node := &yaml.Node{Line: line}
	if list, ok := value.([]any); ok {
		for _, item := range list {
			node.Content = append(node.Content, unknownNode(item, line))
		}
	}
	return node
}

func (w *orderedWriter) writePlain(value any) {
	encoded, err := param.PlainJSON(value)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.encoded.Write(bytes.TrimSpace(encoded))
}

// A jsonReader makes nodes of valid JSON. They have keys and lines alone.
type jsonReader struct {
	decoder *json.Decoder
	content []byte
	offset  int
	line    int // of the offset
}

// token returns the next token and its line.
func (r *jsonReader) token() (token json.Token, line int) {
	next := skipSeparators(r.content, int(r.decoder.InputOffset()))
	r.line += bytes.Count(r.content[r.offset:next], []byte("\n"))
	r.offset = next
	token, _ = r.decoder.Token() // the content was decoded before
	return token, r.line
}

// node reads a value.
func (r *jsonReader) node() *yaml.Node {
	token, line := r.token()
	node := &yaml.Node{Line: line}
	delim, opens := token.(json.Delim)
	if !opens {
		return node
	}
	for r.decoder.More() {
		if delim == '{' {
			key, line := r.token()
			name, _ := key.(string)
			node.Content = append(node.Content, &yaml.Node{Value: name, Line: line})
		}
		node.Content = append(node.Content, r.node())
	}
	r.token() // the closing one
	return node
}
