package grpcjob

import (
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/param"
)

// A methodName names a method.
type methodName struct {
	service protoreflect.FullName
	method  protoreflect.Name
}

// parseMethodName parses package.Service/Method. A slash in front is allowed,
// as the protocol has it, and a dot in place of the last slash.
func parseMethodName(text string) (methodName, error) {
	trimmed := strings.TrimPrefix(text, "/")
	cut := strings.LastIndexAny(trimmed, "/.")
	if cut < 0 {
		return methodName{}, param.Invalid("method", "must be written as package.Service/Method; got %q", text)
	}
	m := methodName{protoreflect.FullName(trimmed[:cut]), protoreflect.Name(trimmed[cut+1:])}
	if !m.service.IsValid() || !m.method.IsValid() {
		return m, param.Invalid("method", "must be written as package.Service/Method; got %q", text)
	}
	return m, nil
}

// path returns the path of the method's requests.
func (m methodName) path() string { return "/" + string(m.service) + "/" + string(m.method) }

// A method is a method of which the types are known.
type method struct {
	protoreflect.MethodDescriptor
	types *dynamicpb.Types // of its files, for messages of type Any
}

// streams describes calls to grpc. Responses are always read as a stream, so
// that a job sees when the headers, the message and the status arrive.
func (m method) streams() *grpc.StreamDesc {
	return &grpc.StreamDesc{ServerStreams: true, ClientStreams: m.IsStreamingClient()}
}

// of returns the method of a service. The error names the methods that there
// are.
func (m methodName) of(service protoreflect.ServiceDescriptor, types *dynamicpb.Types) (method, error) {
	if found := service.Methods().ByName(m.method); found != nil {
		return method{found, types}, nil
	}
	var names []string
	for i := range service.Methods().Len() {
		names = append(names, string(service.Methods().Get(i).Name()))
	}
	return method{}, notThere("method", string(m.service)+" has no method "+string(m.method), string(m.method), names)
}

// notThere returns the error for a name that is none of those that there are.
func notThere(location, what, name string, names []string) error {
	if near := param.Closest(name, names); near != "" {
		return param.Invalid(location, "%s; did you mean %s?", what, near)
	}
	const most = 20
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return param.Invalid(location, "%s; there are %s", what, strings.Join(names, ", "))
}
