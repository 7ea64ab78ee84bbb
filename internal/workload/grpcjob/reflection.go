package grpcjob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/internal/template"
)

const (
	// reflectionTimeout is the longest that learning the types may take.
	reflectionTimeout = 20 * time.Second
	// maxDescriptors and maxDescriptorBytes limit what a server may send.
	maxDescriptors     = 5000
	maxDescriptorBytes = 32 << 20
)

// reflectionPaths are the methods of server reflection, the newest first. Both
// have the same messages.
var reflectionPaths = []string{
	"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
	"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
}

// The fields of the messages of server reflection (reflection.proto).
const (
	fieldFileByName   protowire.Number = 3 // of a request
	fieldFileBySymbol protowire.Number = 4
	fieldListServices protowire.Number = 7
	fieldDescriptors  protowire.Number = 4 // of a response
	fieldServices     protowire.Number = 6
	fieldError        protowire.Number = 7
	fieldErrorCode    protowire.Number = 1
	fieldErrorMessage protowire.Number = 2
	fieldRepeated     protowire.Number = 1 // of the lists of descriptors and services
	fieldServiceName  protowire.Number = 1
)

// reflect asks the server for the types of the method, over a connection of its
// own: the jobs' connections are theirs alone.
func (p *params) reflect(ctx context.Context) (method, error) {
	ctx, cancel := context.WithTimeout(ctx, reflectionTimeout)
	defer cancel()
	md, err := p.metadata.of(template.Input{Now: time.Now().UnixNano()})
	if err != nil {
		return method{}, err
	}
	ctx = metadata.NewOutgoingContext(ctx, md)
	c, err := p.newConnection()
	if err != nil {
		return method{}, err
	}
	defer c.close()
	for _, path := range reflectionPaths {
		var found method
		if found, err = p.reflectBy(ctx, c, path); status.Code(err) != codes.Unimplemented {
			return found, explainReflection(ctx, c, p.target.String(), err)
		}
	}
	return method{}, fmt.Errorf("the types of %s are not known: %s offers no server reflection; give proto or protoset",
		p.method.service, p.target)
}

// explainReflection says in the error of server reflection what was tried.
func explainReflection(ctx context.Context, c *connection, target string, err error) error {
	if _, failed := status.FromError(err); err == nil || !failed {
		return err
	}
	if status.Code(err) == codes.Unavailable && c.dialFailure() != nil {
		err = c.dialFailure()
	} else if end := endOf(ctx, status.Code(err)); end != nil {
		err = end
	} else {
		err = statusFailure(status.Convert(err))
	}
	return fmt.Errorf("asking %s for its types by server reflection: %w", target, err)
}

// reflectBy finds the method by one version of server reflection.
func (p *params) reflectBy(ctx context.Context, c *connection, path string) (method, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the stream
	stream, err := c.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, path,
		grpc.MaxCallRecvMsgSize(maxDescriptorBytes))
	if err != nil {
		return method{}, err
	}
	r := conversation{stream: stream, files: map[string]*descriptorpb.FileDescriptorProto{}}
	if err := r.fetchSymbol(string(p.method.service)); err != nil {
		var refused *reflectionError
		if errors.As(err, &refused) && refused.code == codes.NotFound {
			return method{}, r.unknownService(p.method.service)
		}
		return method{}, err
	}
	files, err := r.link()
	if err != nil {
		return method{}, err
	}
	found, err := files.FindDescriptorByName(p.method.service)
	service, ok := found.(protoreflect.ServiceDescriptor)
	if err != nil || !ok {
		return method{}, r.unknownService(p.method.service)
	}
	return p.method.of(service, dynamicpb.NewTypes(files))
}

// A conversation is one with server reflection.
type conversation struct {
	stream grpc.ClientStream
	files  map[string]*descriptorpb.FileDescriptorProto // by name
	bytes  int
}

// A reflectionError is what the server says instead of an answer.
type reflectionError struct {
	code    codes.Code
	message string
}

func (e *reflectionError) Error() string {
	return fmt.Sprintf("server reflection: %s: %s", codeName(e.code), e.message)
}

// fetchSymbol fetches the file that defines a symbol, and all that it imports.
func (r *conversation) fetchSymbol(symbol string) error {
	if err := r.fetch(fieldFileBySymbol, symbol); err != nil {
		return err
	}
	for missing := r.missing(); len(missing) > 0; missing = r.missing() {
		for _, name := range missing {
			if err := r.fetchFile(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing returns the files that are imported and not there.
func (r *conversation) missing() (names []string) {
	seen := map[string]bool{}
	for _, file := range r.files {
		for _, name := range file.GetDependency() {
			if r.files[name] == nil && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// fetchFile fetches a file. One that the server does not have may be one of
// Google's that everybody has.
func (r *conversation) fetchFile(name string) error {
	err := r.fetch(fieldFileByName, name)
	if err == nil && r.files[name] == nil {
		err = fmt.Errorf("server reflection: the server has sent other files than %s", name)
	}
	if err == nil {
		return nil
	}
	known, unknown := protoregistry.GlobalFiles.FindFileByPath(name)
	if unknown != nil {
		return err
	}
	r.files[name] = protodesc.ToFileDescriptorProto(known)
	return nil
}

// fetch asks for files and keeps them.
func (r *conversation) fetch(field protowire.Number, name string) error {
	answer, err := r.ask(field, name)
	if err != nil {
		return err
	}
	for _, encoded := range fieldsOf(fieldsOf([][]byte{answer}, fieldDescriptors), fieldRepeated) {
		file := new(descriptorpb.FileDescriptorProto)
		if err := proto.Unmarshal(encoded, file); err != nil {
			return fmt.Errorf("server reflection: a descriptor that is none: %w", err)
		}
		r.files[file.GetName()] = file
		r.bytes += len(encoded)
	}
	if len(r.files) > maxDescriptors || r.bytes > maxDescriptorBytes {
		return fmt.Errorf("server reflection: the server has sent more than %d files or %d bytes",
			maxDescriptors, maxDescriptorBytes)
	}
	return nil
}

// ask sends a request and returns the response.
func (r *conversation) ask(field protowire.Number, text string) ([]byte, error) {
	request := protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), text)
	if err := r.stream.SendMsg(newEncoded(request)); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	response := received{keep: true}
	if err := r.stream.RecvMsg(&response); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("server reflection: the server has ended the stream without an answer")
		}
		return nil, err
	}
	answer := [][]byte{response.content}
	if refused := fieldsOf(answer, fieldError); refused != nil {
		e := &reflectionError{code: codes.Unknown}
		for _, message := range fieldsOf(refused, fieldErrorMessage) {
			e.message = string(message)
		}
		if code, ok := varintOf(refused[0], fieldErrorCode); ok {
			e.code = codes.Code(code)
		}
		return nil, e
	}
	return response.content, nil
}

// unknownService returns the error for a service that the server does not have.
func (r *conversation) unknownService(name protoreflect.FullName) error {
	answer, err := r.ask(fieldListServices, "*")
	if err != nil {
		return fmt.Errorf("method: the server has no service %s", name)
	}
	var names []string
	for _, service := range fieldsOf(fieldsOf([][]byte{answer}, fieldServices), fieldRepeated) {
		for _, text := range fieldsOf([][]byte{service}, fieldServiceName) {
			names = append(names, string(text))
		}
	}
	return notThere("method", "the server has no service "+string(name), string(name), names)
}

// link makes types of the files.
func (r *conversation) link() (*protoregistry.Files, error) {
	set := new(descriptorpb.FileDescriptorSet)
	for _, file := range r.files {
		set.File = append(set.File, file)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("server reflection: the server's descriptors do not fit together: %w", err)
	}
	return files, nil
}

// fieldsOf returns the values of a field with a length, of each message.
func fieldsOf(messages [][]byte, wanted protowire.Number) (values [][]byte) {
	for _, message := range messages {
		for len(message) > 0 {
			number, wire, n := protowire.ConsumeField(message)
			if n < 0 {
				break
			}
			if number == wanted && wire == protowire.BytesType {
				_, _, tag := protowire.ConsumeTag(message)
				value, _ := protowire.ConsumeBytes(message[tag:])
				values = append(values, value)
			}
			message = message[n:]
		}
	}
	return values
}

// varintOf returns the last value of a field that is a number.
func varintOf(message []byte, wanted protowire.Number) (value uint64, ok bool) {
	for len(message) > 0 {
		number, wire, n := protowire.ConsumeField(message)
		if n < 0 {
			return value, ok
		}
		if number == wanted && wire == protowire.VarintType {
			_, _, tag := protowire.ConsumeTag(message)
			value, _ = protowire.ConsumeVarint(message[tag:])
			ok = true
		}
		message = message[n:]
	}
	return value, ok
}
