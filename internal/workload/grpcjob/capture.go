package grpcjob

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// captureParameter declares what later steps use of a response.
var captureParameter = param.Parameter{
	Name: "capture", Type: param.StringMap, Max: 20,
	Doc: "of a step: what later steps use as {{NAME}}, and the field of the response that has it, such as " +
		"session.token or items[0].id",
}

// captureSegment matches a field of a path, with an index if it is a list.
var captureSegment = lazyregexp.New(`^([A-Za-z_][A-Za-z0-9_]*)(?:\[([0-9]{1,6})\])?$`)

// A capture is a value that later steps use, and where a response has it.
type capture struct {
	index    int // in Session.Captured
	name     string
	path     string
	segments []segment // once the types are known
}

// A segment is a field of a path.
type segment struct {
	protoreflect.FieldDescriptor
	item int // of a list
}

// newCaptures reads the parameter, by the order of the names.
func newCaptures(given map[string]string, scope workload.Scope) (all []capture, err error) {
	if given != nil && scope.Captured() == nil {
		return nil, param.Invalid(captureParameter.Name,
			"has no later step to use it; it belongs to a step of the workload steps")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !workload.CaptureName().MatchString(name) || template.Reserved(name, scope.Users) {
			return nil, param.Invalid(captureParameter.Name+"."+name,
				"cannot have that name: up to 40 of a-z A-Z 0-9 _, none of the fields %s", template.Fields)
		}
		all = append(all, capture{index: scope.Capture(name), name: name, path: given[name]})
	}
	return all, nil
}

// bindCaptures finds the fields of captures in the type of the response.
func bindCaptures(unbound []capture, output protoreflect.MessageDescriptor) (all []capture, err error) {
	for _, c := range unbound {
		if c.segments, err = parsePath(c.path, output, captureParameter.Name+"."+c.name); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// parsePath parses the path of a single value.
func parsePath(path string, of protoreflect.MessageDescriptor, location string) (segments []segment, err error) {
	for text := range strings.SplitSeq(path, ".") {
		parts := captureSegment().FindStringSubmatch(text)
		switch {
		case parts == nil:
			return nil, param.Invalid(location,
				"must be a path of fields such as session.token or items[0].id; got %q", path)
		case of == nil:
			return nil, param.Invalid(location, "must end at %s, which is no message; got %q",
				segments[len(segments)-1].Name(), path)
		}
		field := fieldOf(of, parts[1])
		if field == nil {
			return nil, unknownField(of, parts[1], location, "has "+parts[1]+", which is no field of ")
		}
		if field.IsMap() || field.IsList() != (parts[2] != "") {
			return nil, param.Invalid(location,
				"must have an index such as [0] behind lists, and only there; got %q", path)
		}
		item, _ := strconv.Atoi(parts[2]) // 0 if there is none
		segments = append(segments, segment{field, item})
		of = field.Message()
	}
	if of != nil {
		return nil, param.Invalid(location,
			"must be the path of a single value; %s has the fields of %s", path, of.FullName())
	}
	return segments, nil
}

// find returns the value in a message; "" if there is none.
func (c capture) find(message protoreflect.Message) string {
	var value protoreflect.Value
	for i, s := range c.segments {
		if i > 0 {
			message = value.Message()
		}
		if s.HasPresence() && !message.Has(s.FieldDescriptor) {
			return ""
		}
		value = message.Get(s.FieldDescriptor)
		if s.IsList() {
			if s.item >= value.List().Len() {
				return ""
			}
			value = value.List().Get(s.item)
		}
	}
	return c.text(value)
}

// text writes a value for a template: bytes in base64, enums by name.
func (c capture) text(value protoreflect.Value) string {
	last := c.segments[len(c.segments)-1]
	switch typed := value.Interface().(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(typed)
	case protoreflect.EnumNumber:
		if named := last.Enum().Values().ByNumber(typed); named != nil {
			return string(named.Name())
		}
	}
	return fmt.Sprint(value.Interface())
}

// capture notes what a message has of the values that are still missing.
func (e *exchange) capture(message protoreflect.Message) {
	for i, c := range e.captures {
		if e.captured[i] == "" {
			e.captured[i] = c.find(message)
		}
	}
}

// keepCaptured stores the values in the session of the job. Its error does not
// repeat a value, which may be a secret of the service.
func (e *exchange) keepCaptured() error {
	for i, c := range e.captures {
		switch n := len(e.captured[i]); {
		case n == 0:
			return &workload.Failure{Class: workload.ClassCapture, Err: fmt.Errorf(
				"the response has nothing to capture as %s: %s", c.name, c.path)}
		case n > workload.MaxCaptured:
			return &workload.Failure{Class: workload.ClassCapture, Err: fmt.Errorf(
				"the response has %d bytes to capture as %s, which may have %d", n, c.name, workload.MaxCaptured)}
		}
		e.session.Captured[c.index] = e.captured[i]
	}
	return nil
}
