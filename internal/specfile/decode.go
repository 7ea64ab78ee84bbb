package specfile

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

const (
	// maxDepth exceeds the depth that DecodeSpec accepts.
	maxDepth = 40
	// maxMistakes limits the mistakes that are reported.
	maxMistakes = 50
)

// Base64Suffix ends the name of a parameter that holds the bytes of another one.
const Base64Suffix = "_base64"

// A decoder decodes the nodes of a YAML document to the values that JSON
// decodes to. Text is unchanged and numbers keep their digits. The budget of
// values and bytes, which counts expanded aliases, bounds the work.
type decoder struct {
	options               Options
	mistakes              []Mistake
	valuesLeft, bytesLeft int
}

// newDecoder returns a decoder with the whole budget.
func newDecoder(options Options) *decoder {
	return &decoder{options: options, valuesLeft: options.MaxValues, bytesLeft: options.MaxBytes}
}

// add records a mistake at a node.
func (d *decoder) add(node *yaml.Node, location, format string, args ...any) {
	if len(d.mistakes) < maxMistakes {
		wrong := aurea.FieldError{Location: location, Message: fmt.Sprintf(format, args...)}
		d.mistakes = append(d.mistakes, Mistake{wrong, node.Line, node.Column})
	}
}

// locations returns the locations of the mistakes.
func (d *decoder) locations() (locations []string) {
	for _, wrong := range d.mistakes {
		locations = append(locations, wrong.Location)
	}
	return locations
}

// err returns an *Error with all mistakes; nil without mistakes.
func (d *decoder) err() error {
	if len(d.mistakes) == 0 {
		return nil
	}
	return &Error{d.mistakes}
}

// decode returns the value of a node; nil after a mistake.
func (d *decoder) decode(node *yaml.Node, location string, depth int) any {
	original := node
	node = resolveAlias(node)
	d.valuesLeft--
	d.bytesLeft -= len(node.Value)
	switch {
	case d.valuesLeft < 0 || d.bytesLeft < 0:
		if d.valuesLeft > -d.options.MaxValues {
			d.add(original, location, "the file holds more than %d values or %d MiB once each alias is replaced",
				d.options.MaxValues, d.options.MaxBytes>>20)
			d.valuesLeft = -d.options.MaxValues // report it once
		}
		return nil
	case depth > maxDepth:
		d.add(original, location, "is nested deeper than %d levels", maxDepth)
		return nil
	case node.Kind == yaml.MappingNode:
		return d.decodeMapping(node, location, depth)
	case node.Kind == yaml.SequenceNode:
		return d.decodeList(node, location, depth)
	}
	value, err := decodeScalar(node)
	if err != nil {
		d.add(original, location, "%v", err)
	}
	return value
}

// decodeList decodes a sequence.
func (d *decoder) decodeList(node *yaml.Node, location string, depth int) any {
	d.checkTag(node, location, "!!seq")
	list := make([]any, 0, len(node.Content))
	for i, item := range node.Content {
		if d.valuesLeft < 0 {
			break
		}
		at := fmt.Sprintf("%s[%d]", location, i)
		value := d.decode(item, at, depth+1)
		if content, ok := value.(binaryValue); ok {
			value = d.binaryText(item, content, at)
		}
		list = append(list, value)
	}
	return list
}

// decodeMapping decodes a mapping. Merged entries do not replace its own.
func (d *decoder) decodeMapping(node *yaml.Node, location string, depth int) any {
	d.checkTag(node, location, "!!map")
	object := make(map[string]any, len(node.Content)/2)
	at := make(map[string]*yaml.Node, len(node.Content)/2)
	var merged *yaml.Node
	for i := 0; i+1 < len(node.Content) && d.valuesLeft >= 0; i += 2 {
		original, value := node.Content[i], node.Content[i+1]
		key := resolveAlias(original)
		switch {
		case key.Tag != "!!merge" && !isString(key):
			d.add(original, location, "every key must be a string; put %s in quotes", cmp.Or(key.Value, "it"))
		case key.Tag == "!!merge" && merged == nil:
			merged = value
		case at[key.Value] != nil || key.Tag == "!!merge":
			d.add(original, param.Join(location, key.Value), "is given twice")
		default:
			at[key.Value] = value
			object[key.Value] = d.decode(value, param.Join(location, key.Value), depth+1)
		}
	}
	if merged != nil {
		d.applyMerge(object, merged, location, depth)
	}
	d.resolveBinary(object, at, location)
	return object
}

// applyMerge adds the entries of the mappings that << refers to, if the object
// lacks their keys. Earlier mappings take precedence.
func (d *decoder) applyMerge(object map[string]any, from *yaml.Node, location string, depth int) {
	sources := []*yaml.Node{from}
	if resolveAlias(from).Kind == yaml.SequenceNode {
		sources = resolveAlias(from).Content
	}
	for _, source := range sources {
		if resolveAlias(source).Kind != yaml.MappingNode {
			d.add(source, location, "<< must refer to a mapping, or a list of mappings")
			continue
		}
		entries, _ := d.decode(source, location, depth+1).(map[string]any)
		for key, value := range entries {
			if _, given := object[key]; !given {
				object[key] = value
			}
		}
	}
}

// resolveBinary replaces binary values: by the parameter that holds bytes, such
// as body_base64 for body, else by their text.
func (d *decoder) resolveBinary(object map[string]any, at map[string]*yaml.Node, location string) {
	kind, _ := object["kind"].(string)
	for key, value := range object {
		content, ok := value.(binaryValue)
		if !ok {
			continue
		}
		if encoded := Base64Parameter(d.options.Parameters(kind), key); encoded != "" {
			delete(object, key)
			object[encoded] = base64.StdEncoding.EncodeToString(content)
			continue
		}
		object[key] = d.binaryText(at[key], content, param.Join(location, key))
	}
}

// Base64Parameter returns the name of the parameter that holds the bytes of
// another one, such as body_base64 for body; "" if there is none.
func Base64Parameter(parameters []param.Parameter, key string) string {
	for _, p := range parameters {
		if p.Name == key+Base64Suffix && p.Type == param.Text {
			return p.Name
		}
	}
	return ""
}

// binaryText returns a binary value as text. It adds a mistake unless that is
// valid UTF-8.
func (d *decoder) binaryText(node *yaml.Node, content binaryValue, location string) any {
	if !utf8.Valid(content) {
		d.add(node, location, "cannot hold bytes that are not text in UTF-8")
	}
	return string(content)
}

// checkTag adds a mistake if a collection has another tag.
func (d *decoder) checkTag(node *yaml.Node, location, tag string) {
	if node.Tag != tag {
		d.add(node, location, "has the tag %s, for which there is no use here", node.Tag)
	}
}
