package grpcjob

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/param"
)

// explain returns why a message does not fit the method, with the path of the
// field that is wrong.
func (m method) explain(location string, encoded []byte, err error) error {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var document any
	if decoder.Decode(&document) == nil {
		if found := (misfit{m}).inMessage(document, m.Input(), location); found != nil {
			return found
		}
	}
	return param.Invalid(location, "does not fit %s: %s", m.Input().FullName(), plainError(err))
}

// plainError returns the text of an error of protojson, without its prefix and
// its position in a text that no user has seen.
func plainError(err error) string {
	text := strings.ReplaceAll(err.Error(), "\u00a0", " ")
	text = strings.TrimPrefix(text, "proto: ")
	if strings.HasPrefix(text, "(line ") {
		_, text, _ = strings.Cut(text, "): ")
	}
	return text
}

// A misfit finds the field of a document that does not fit its type. It decodes
// field by field what protojson has refused as a whole.
type misfit struct{ method }

// inMessage returns the error of the first field, by name, that is wrong; nil if
// there is none.
func (f misfit) inMessage(value any, of protoreflect.MessageDescriptor, path string) error {
	object, isObject := value.(map[string]any)
	if hasOwnJSON(of) {
		return f.alone(value, of, path)
	}
	if !isObject {
		return param.Invalid(path, "must be an object, the JSON of %s; got %s", of.FullName(), param.Describe(value))
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field := fieldOf(of, name)
		if field == nil {
			return unknownField(of, name, path+"."+name, "is no field of ")
		}
		if f.decode(map[string]any{name: object[name]}, of) == nil {
			continue
		}
		return f.inField(object[name], field, path+"."+name)
	}
	return nil
}

// inField returns the error of a field that is wrong.
func (f misfit) inField(value any, field protoreflect.FieldDescriptor, path string) error {
	switch typed := value.(type) {
	case []any:
		if !field.IsList() {
			break
		}
		for i, item := range typed {
			if f.decode(map[string]any{field.JSONName(): []any{item}}, field.ContainingMessage()) != nil {
				return f.inValue(item, field, fmt.Sprintf("%s[%d]", path, i))
			}
		}
	case map[string]any:
		if !field.IsMap() {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(typed)) {
			entry := map[string]any{key: typed[key]}
			if f.decode(map[string]any{field.JSONName(): entry}, field.ContainingMessage()) != nil {
				return f.inValue(typed[key], field.MapValue(), path+"."+key)
			}
		}
	}
	if field.IsList() {
		return param.Invalid(path, "must be a list of %s; got %s", typeName(field), param.Describe(value))
	}
	if field.IsMap() {
		return param.Invalid(path, "must be an object of %s; got %s", typeName(field.MapValue()), param.Describe(value))
	}
	return f.inValue(value, field, path)
}

// inValue returns the error of a single value that is wrong.
func (f misfit) inValue(value any, field protoreflect.FieldDescriptor, path string) error {
	if field.Message() != nil {
		if err := f.inMessage(value, field.Message(), path); err != nil {
			return err
		}
	}
	return param.Invalid(path, "must be %s; got %s", typeName(field), param.Describe(value))
}

// alone returns the error of a message that is decoded as a whole.
func (f misfit) alone(value any, of protoreflect.MessageDescriptor, path string) error {
	if err := f.decode(value, of); err != nil {
		return param.Invalid(path, "must be %s: %s", of.FullName(), plainError(err))
	}
	return nil
}

// decode decodes a value as a message. That fields are missing is no error.
func (f misfit) decode(value any, of protoreflect.MessageDescriptor) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	options := protojson.UnmarshalOptions{Resolver: f.types, AllowPartial: true}
	return options.Unmarshal(encoded, dynamicpb.NewMessage(of))
}

// hasOwnJSON reports whether a type is one of Google's, such as Timestamp, whose
// JSON is not an object of its fields.
func hasOwnJSON(of protoreflect.MessageDescriptor) bool {
	return of.ParentFile().Package() == "google.protobuf"
}

// fieldOf returns the field with a name as JSON or .proto files have it.
func fieldOf(of protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if field := of.Fields().ByJSONName(name); field != nil {
		return field
	}
	return of.Fields().ByTextName(name)
}

// unknownField returns the error, about a location, for a field that a type does
// not have. what says so.
func unknownField(of protoreflect.MessageDescriptor, name, location, what string) error {
	var names []string
	for i := range of.Fields().Len() {
		names = append(names, of.Fields().Get(i).TextName())
	}
	what += string(of.FullName())
	if len(names) == 0 {
		return param.Invalid(location, "%s, which has none", what)
	}
	return notThere(location, what, name, names)
}

// typeName names the type of a field.
func typeName(field protoreflect.FieldDescriptor) string {
	switch {
	case field.Message() != nil:
		return "a " + string(field.Message().FullName())
	case field.Enum() != nil:
		var names []string
		for i := range field.Enum().Values().Len() {
			names = append(names, string(field.Enum().Values().Get(i).Name()))
		}
		return "one of " + strings.Join(names[:min(len(names), 30)], ", ")
	case field.Kind() == protoreflect.BytesKind:
		return "bytes in base64"
	}
	return "of type " + field.Kind().String()
}
