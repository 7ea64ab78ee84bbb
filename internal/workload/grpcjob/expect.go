package grpcjob

import (
	"fmt"
	"maps"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// expectParameter declares which responses are right.
var expectParameter = param.Parameter{
	Name: "expect", Type: param.Object, Doc: "which calls are right; without it, those that end with OK",
	Members: []param.Parameter{
		{
			Name: "code", Type: param.List, Min: 1, Max: 17,
			Items: &param.Parameter{Type: param.Text, Options: codeNames, Doc: "a status code"},
			Doc:   "status codes that are right",
		},
		{
			Name: "message", Type: param.Any,
			Doc: "fields that a message of the response must have, as JSON; others may have any value",
		},
		{
			Name: "messages", Type: param.Integer, Max: 1e9,
			Doc: "how many messages the response must have",
		},
	},
}

// expectParams are the typed parameter, before the types are known.
type expectParams struct {
	codes    codeSet
	message  any // nil for any
	messages int64
	counted  bool // messages is given
}

// newExpectParams reads the parameter, which may be nil.
func newExpectParams(v param.Values) expectParams {
	e := expectParams{
		codes: 1 << codes.OK, message: v["message"], messages: v.Integer("messages"), counted: v.Has("messages"),
	}
	if v.Has("code") {
		e.codes = 0
		for _, name := range v.List("code") {
			e.codes |= 1 << slices.Index(codeNames, name.(string))
		}
	}
	return e
}

// A codeSet is a set of status codes, one bit for each.
type codeSet uint32

func (s codeSet) has(code codes.Code) bool { return code < 32 && s&(1<<code) != 0 }

// An expectation judges responses.
type expectation struct {
	expectParams
	output protoreflect.MessageDescriptor
	types  *dynamicpb.Types
	fields []expectedField // of one of the messages; nil accepts any
}

// An expectedField is a field that a message must have: itself with a value, or
// fields in it.
type expectedField struct {
	protoreflect.FieldDescriptor
	path   string
	value  protoreflect.Value
	within []expectedField // instead of a value
}

// bind makes the expectation of calls to a method.
func (e expectParams) bind(m method) (*expectation, error) {
	bound := &expectation{expectParams: e, output: m.Output(), types: m.types}
	if e.message == nil {
		return bound, nil
	}
	const at = "expect.message"
	if _, isObject := e.message.(map[string]any); !isObject {
		return nil, param.Invalid(at, "must be an object; got %s", param.Describe(e.message))
	}
	if err := (misfit{m}).inMessage(e.message, m.Output(), at); err != nil {
		return nil, err
	}
	encoded, err := param.PlainJSON(e.message)
	if err != nil {
		return nil, param.Invalid(at, "%v", err)
	}
	typed := dynamicpb.NewMessage(m.Output())
	options := protojson.UnmarshalOptions{Resolver: m.types, AllowPartial: true}
	if err := options.Unmarshal(encoded, typed); err != nil {
		return nil, param.Invalid(at, "does not fit %s: %s", m.Output().FullName(), plainError(err))
	}
	bound.fields = expectedFields(typed, e.message, "")
	return bound, nil
}

// expectedFields returns the fields that a document names, with their values.
func expectedFields(typed protoreflect.Message, document any, path string) (fields []expectedField) {
	object, _ := document.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f := expectedField{FieldDescriptor: fieldOf(typed.Descriptor(), name), path: path + name}
		f.value = typed.Get(f.FieldDescriptor)
		_, isObject := object[name].(map[string]any)
		if single := f.Message() != nil && !f.IsList() && !f.IsMap(); single && isObject &&
			!hasOwnJSON(f.Message()) {
			f.within = expectedFields(f.value.Message(), object[name], f.path+".")
		}
		fields = append(fields, f)
	}
	return fields
}

// inspects reports whether messages have to be decoded.
func (e *expectation) inspects() bool { return e.fields != nil }

// decode decodes a message of the response.
func (e *expectation) decode(content []byte) (protoreflect.Message, error) {
	typed := dynamicpb.NewMessage(e.output)
	if err := (proto.UnmarshalOptions{Resolver: e.types}).Unmarshal(content, typed); err != nil {
		return nil, wrongMessage("the response is no %s: %v", e.output.FullName(), err)
	}
	return typed, nil
}

// differs returns the failure for the first field that differs; nil if none
// does.
func differs(typed protoreflect.Message, fields []expectedField) error {
	for _, f := range fields {
		got := typed.Get(f.FieldDescriptor)
		if f.within != nil {
			if err := differs(got.Message(), f.within); err != nil {
				return err
			}
			continue
		}
		if !got.Equal(f.value) {
			return wrongMessage("the response has %s at %s, not %s", show(got, f), f.path, show(f.value, f))
		}
	}
	return nil
}

// show writes the value of a field for an error.
func show(v protoreflect.Value, f expectedField) string {
	if f.Enum() != nil && !f.IsList() && !f.IsMap() {
		if named := f.Enum().Values().ByNumber(v.Enum()); named != nil {
			return string(named.Name())
		}
	}
	text := []rune(fmt.Sprint(v.Interface()))
	if len(text) > 60 {
		return string(text[:60]) + "…"
	}
	return string(text)
}

// status returns the failure of a call that ended with a wrong status; nil for
// a right one.
func (e *expectation) status(s *status.Status) error {
	if e.codes.has(s.Code()) {
		return nil
	}
	return statusFailure(s)
}

// count returns the failure of a call with a wrong number of messages; nil for
// a right one.
func (e *expectation) count(n int64) error {
	if e.counted && n != e.messages {
		return wrongMessage("the response has %d messages, not %d", n, e.messages)
	}
	return nil
}

// wrongMessage returns the failure of a job whose response has wrong messages.
func wrongMessage(format string, args ...any) error {
	return &workload.Failure{Class: classMessage, Err: fmt.Errorf(format, args...)}
}
