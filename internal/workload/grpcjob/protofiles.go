package grpcjob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/param"
)

const (
	// maxProtoFile limits a .proto file, and maxProtoBytes all of a spec.
	maxProtoFile  = 4 << 20
	maxProtoBytes = 32 << 20
	// maxProtoset limits a descriptor set.
	maxProtoset = 32 << 20
)

// sourceParameters declare where the types of the method come from, unless it is
// the server.
var sourceParameters = []param.Parameter{
	{
		Name: "proto", Type: param.List, Min: 1, Max: 100,
		Items: &param.Parameter{Type: param.Text, Max: 4096, Doc: "name of a .proto file"},
		Doc: "files with the types of the method, in place of server reflection; on the command line relative to " +
			"the spec file, in a service those of the directory of --files",
	},
	{
		Name: "import_paths", Type: param.List, Min: 1, Max: 20,
		Items: &param.Parameter{Type: param.Text, Max: 4096, Doc: "a directory"},
		Doc:   "where the imports of proto are, in this order; by default beside its files",
	},
	{
		Name: "protoset", Type: param.Text, Max: 4096,
		Doc: "in place of proto: name of a file with a descriptor set, as protoc --descriptor_set_out " +
			"--include_imports writes it",
	},
}

// readTypes returns the types of the files that a spec names; nil if it names
// none, so that the server has to be asked.
func readTypes(v param.Values, from files.Source) (*protoregistry.Files, error) {
	sources := texts(v, "proto")
	switch {
	case sources != nil && v.Has("protoset"):
		return nil, param.Invalid("protoset", "cannot be given together with proto; set only one")
	case sources == nil && v.Has("import_paths"):
		return nil, param.Invalid("import_paths", "needs proto")
	case sources != nil:
		return compile(sources, texts(v, "import_paths"), from)
	case v.Has("protoset"):
		return readProtoset(v.Text("protoset"), from)
	}
	return nil, nil //nolint:nilnil // no files are named
}

// texts returns a parameter that is a list of texts.
func texts(v param.Values, name string) (list []string) {
	for _, item := range v.List(name) {
		list = append(list, item.(string))
	}
	return list
}

// readProtoset reads a descriptor set.
func readProtoset(name string, from files.Source) (*protoregistry.Files, error) {
	content, err := from.Read(name, maxProtoset)
	if err != nil {
		return nil, param.Invalid("protoset", "%v", err)
	}
	set := new(descriptorpb.FileDescriptorSet)
	if err := proto.Unmarshal(content, set); err != nil || len(set.GetFile()) == 0 {
		return nil, param.Invalid("protoset",
			"must be a descriptor set, as protoc --descriptor_set_out writes it; %s is none", name)
	}
	types, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, param.Invalid("protoset", "has descriptors that do not fit together; protoc needs "+
			"--include_imports: %s", plainError(err))
	}
	return types, nil
}

// compile compiles .proto files. The error has the file, line and column.
func compile(sources, importPaths []string, from files.Source) (*protoregistry.Files, error) {
	s := &protoSource{files: from, importPaths: importPaths}
	var names []string
	for i, source := range sources {
		if _, err := from.Size(source, maxProtoFile); err != nil {
			return nil, param.Invalid(fmt.Sprintf("proto[%d]", i), "%v", err)
		}
		names = append(names, s.add(source))
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(protocompile.ResolverFunc(s.find)),
		MaxParallelism: 1,
	}
	compiled, err := compiler.Compile(context.Background(), names...)
	if err != nil {
		var unreadable *unreadableError
		if errors.As(err, &unreadable) {
			return nil, param.Invalid("proto", "%v", unreadable.error)
		}
		return nil, param.Invalid("proto", "must compile; %v", err)
	}
	types := new(protoregistry.Files)
	for _, file := range compiled {
		if err := register(types, file); err != nil {
			return nil, param.Invalid("proto", "must compile; %s", plainError(err))
		}
	}
	return types, nil
}

// register adds a file and all that it imports.
func register(types *protoregistry.Files, file protoreflect.FileDescriptor) error {
	if _, err := types.FindFileByPath(file.Path()); err == nil {
		return nil
	}
	for i := range file.Imports().Len() {
		if err := register(types, file.Imports().Get(i).FileDescriptor); err != nil {
			return err
		}
	}
	return types.RegisterFile(file)
}

// A protoSource finds .proto files by the names that imports have.
type protoSource struct {
	files       files.Source
	importPaths []string // of the spec
	beside      []string // directories of the files that the spec names
	mu          sync.Mutex
	bytes       int64 // read so far
}

// An unreadableError is that of a file that is there and cannot be read.
type unreadableError struct{ error }

// add adds a file that the spec names, and returns its name as imports have it:
// relative to an import path, or else to its own directory.
func (s *protoSource) add(source string) (name string) {
	source = path.Clean(source)
	for _, importPath := range s.importPaths {
		prefix := path.Clean(importPath) + "/"
		if prefix == "./" && !path.IsAbs(source) {
			return source
		}
		if name, inside := strings.CutPrefix(source, prefix); inside {
			return name
		}
	}
	directory, name := path.Split(source)
	s.beside = append(s.beside, directory)
	return name
}

// candidates returns where a file may be. The last place is for a service, whose
// files have no directories.
func (s *protoSource) candidates(name string) (list []string) {
	for _, importPath := range s.importPaths {
		list = append(list, path.Join(importPath, name))
	}
	for _, directory := range s.beside {
		list = append(list, path.Join(directory, name))
	}
	return append(list, name, path.Base(name))
}

// find reads the file with a name.
func (s *protoSource) find(name string) (protocompile.SearchResult, error) {
	var first error
	for _, candidate := range s.candidates(name) {
		content, err := s.files.Read(candidate, maxProtoFile)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		s.mu.Lock()
		s.bytes += int64(len(content))
		tooMuch := s.bytes > maxProtoBytes
		s.mu.Unlock()
		if tooMuch {
			return protocompile.SearchResult{}, &unreadableError{fmt.Errorf(
				"must have at most %d bytes with its imports", maxProtoBytes)}
		}
		return protocompile.SearchResult{Source: bytes.NewReader(content)}, nil
	}
	if errors.Is(first, fs.ErrNotExist) {
		return protocompile.SearchResult{}, fmt.Errorf("%s is not found: %w", name, fs.ErrNotExist)
	}
	return protocompile.SearchResult{}, &unreadableError{first}
}

// in returns the method in the types of files.
func (m methodName) in(types *protoregistry.Files) (method, error) {
	found, err := types.FindDescriptorByName(m.service)
	if service, ok := found.(protoreflect.ServiceDescriptor); ok && err == nil {
		return m.of(service, dynamicpb.NewTypes(types))
	}
	var names []string
	types.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			names = append(names, string(file.Services().Get(i).FullName()))
		}
		return true
	})
	if names == nil {
		return method{}, param.Invalid("method", "names the service %s; the files have no service", m.service)
	}
	return method{}, notThere("method", "the files have no service "+string(m.service), string(m.service), names)
}
