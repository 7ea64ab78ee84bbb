package grpcjob

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// protoFiles are .proto files of a part of the service under test.
var protoFiles = map[string]string{
	"test.proto": `syntax = "proto3";
package grpc.testing;
import "common/messages.proto";
service TestService {
  rpc UnaryCall(SimpleRequest) returns (SimpleResponse);
}
`,
	"common/messages.proto": `syntax = "proto3";
package grpc.testing;
import "google/protobuf/wrappers.proto";
message Payload { bytes body = 2; }
message SimpleRequest { int32 response_size = 2; Payload payload = 3; google.protobuf.BoolValue any = 99; }
message SimpleResponse { string username = 2; }
`,
	"wrong.proto": "syntax = \"proto3\";\nmessage A {\n  strin name = 1;\n}\n",
	"typo.proto":  "syntax = \"proto3\";\nmessage A {\n  string name 1;\n}\n",
	"lost.proto":  "syntax = \"proto3\";\nimport \"nowhere.proto\";\n",
	"empty.proto": "syntax = \"proto3\";\n",
}

// writeProtoFiles writes the files, and a descriptor set, into a new directory.
func writeProtoFiles(t *testing.T) (directory string) {
	t.Helper()
	directory = t.TempDir()
	write := func(name string, content []byte) {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range protoFiles {
		write(name, []byte(content))
	}
	whole := descriptorSet(testgrpc.File_grpc_testing_test_proto, map[string]bool{})
	for name, set := range map[string]*descriptorpb.FileDescriptorSet{
		"whole.protoset": {File: whole}, "part.protoset": {File: whole[len(whole)-1:]},
	} {
		encoded, err := proto.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		write(name, encoded)
	}
	return directory
}

// descriptorSet returns the descriptors of a file, after those of its imports.
func descriptorSet(file protoreflect.FileDescriptor, seen map[string]bool) (set []*descriptorpb.FileDescriptorProto) {
	if seen[file.Path()] {
		return nil
	}
	seen[file.Path()] = true
	for i := range file.Imports().Len() {
		set = append(set, descriptorSet(file.Imports().Get(i).FileDescriptor, seen)...)
	}
	return append(set, protodesc.ToFileDescriptorProto(file))
}

// filesOf returns the kind grpc with the files of a directory as the command
// line has them.
func filesOf(directory string) *workload.Set {
	return with(workload.Policy{Files: files.Under(directory)})
}

// copiesOf resolves a workload with the files of a set, and returns a set that has
// copies of those which that opened, as a worker has them.
func copiesOf(t *testing.T, set *workload.Set, w aurea.Workload) *workload.Set {
	t.Helper()
	resolved, err := set.Resolve(aurea.Plan{Workload: w, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for i, f := range resolved.Files {
		opened, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(opened)
		_ = opened.Close()
		if err != nil {
			t.Fatal(err)
		}
		paths[f.Name] = filepath.Join(t.TempDir(), strconv.Itoa(i))
		if err := os.WriteFile(paths[f.Name], content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return with(workload.Policy{Files: files.Copies(paths)})
}

// Jobs call a server without reflection with the types of files, and with those of
// their copies.
func TestFiles(t *testing.T) {
	s := start(t, func(*grpc.Server) {})
	directory := writeProtoFiles(t)
	for _, source := range []string{
		`"proto": "test.proto"`,
		`"proto": ["test.proto", "common/messages.proto"], "import_paths": ["."]`,
		`"proto": "test.proto", "import_paths": "../` + filepath.Base(directory) + `"`,
		`"proto": "` + filepath.Join(directory, "test.proto") + `"`,
		`"protoset": "whole.protoset"`,
	} {
		w := call(t, s.target, "UnaryCall", `"message": {"payload": {"body": "aGk="}}, `+source)
		for _, set := range []*workload.Set{filesOf(directory), copiesOf(t, filesOf(directory), w)} {
			o := workloadtest.Run(t, workloadtest.Open(t, set, w), 0, time.Minute)
			if o.Err != nil {
				t.Errorf("%s: %v", source, o.Err)
			}
		}
	}
	for _, got := range s.received() {
		if got != "hi" {
			t.Errorf("the service received %q, want hi", got)
		}
	}
}

// A service finds files by name alone, also those that are imported by a path.
func TestFilesOfService(t *testing.T) {
	s := start(t, func(*grpc.Server) {})
	directory := writeProtoFiles(t)
	nested, flat := filepath.Join(directory, "common", "messages.proto"), filepath.Join(directory, "messages.proto")
	if err := os.Rename(nested, flat); err != nil {
		t.Fatal(err)
	}
	named, err := files.In(directory)
	if err != nil {
		t.Fatal(err)
	}
	set := with(workload.Policy{Files: named})
	w := call(t, s.target, "UnaryCall", `"proto": "test.proto"`)
	for _, set := range []*workload.Set{set, copiesOf(t, set, w)} {
		if o := workloadtest.Run(t, workloadtest.Open(t, set, w), 0, time.Minute); o.Err != nil {
			t.Error(o.Err)
		}
	}
	got := workloadtest.Refusal(set, call(t, s.target, "UnaryCall", `"proto": "../test.proto"`), 1)
	if want := "proto[0]: must be the name of a file in the directory of --files"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	got = workloadtest.Refusal(local, call(t, s.target, "UnaryCall", `"proto": "test.proto"`), 1)
	if want := "this service has none"; !strings.Contains(got, want) {
		t.Errorf("without files: %q, want %q", got, want)
	}
}

// What is wrong with files, or does not fit their types, is refused without a
// server.
func TestWrongFiles(t *testing.T) {
	directory := writeProtoFiles(t)
	for more, want := range map[string]string{
		`"proto": "nowhere.proto"`: `proto[0]: names "nowhere.proto", which cannot be opened: ` +
			"no such file or directory",
		`"proto": "wrong.proto"`: "proto: must compile; wrong.proto:3:3: field A.name: unknown type strin",
		`"proto": "typo.proto"`:  "proto: must compile; typo.proto:3:15: syntax error: expecting ';'",
		`"proto": "lost.proto"`: "proto: must compile; lost.proto:2:8: nowhere.proto is not found: " +
			"file does not exist",
		`"proto": "empty.proto"`: "method: names the service grpc.testing.TestService; the files have no service",
		`"proto": "test.proto", "protoset": "whole.protoset"`: "protoset: cannot be given together with proto; " +
			"set only one",
		`"import_paths": "."`: "import_paths: needs proto",
		`"protoset": "test.proto"`: "protoset: must be a descriptor set, as protoc --descriptor_set_out writes it; " +
			"test.proto is none",
		`"protoset": "part.protoset"`: "protoset: has descriptors that do not fit together; protoc needs " +
			`--include_imports: could not resolve import "grpc/testing/empty.proto": not found`,
		`"proto": "test.proto", "message": {"payload": {"bodi": ""}}`: "message.payload.bodi: is no field of " +
			"grpc.testing.Payload; did you mean body?",
		`"proto": "test.proto", "expect": {"message": {"username": 1}}`: "expect.message.username: must be " +
			"of type string; got 1",
	} {
		got := workloadtest.Refusal(filesOf(directory), call(t, "127.0.0.1:1", "UnaryCall", more), 1)
		if got != "workload."+want {
			t.Errorf("%s:\n%s\nwant %s", more, got, "workload."+want)
		}
	}
	w := aurea.Workload{Kind: "grpc", Parameters: workloadtest.Parse(t,
		`{"target": "127.0.0.1:1", "method": "grpc.testing.Test/UnaryCall", "proto": "test.proto"}`)}
	const want = "workload.method: the files have no service grpc.testing.Test; there are grpc.testing.TestService"
	if got := workloadtest.Refusal(filesOf(directory), w, 1); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
