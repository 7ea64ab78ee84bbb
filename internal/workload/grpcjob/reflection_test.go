package grpcjob

import (
	"strings"
	"testing"

	"google.golang.org/grpc"
)

// The old version of server reflection serves as well.
func TestReflectionAlpha(t *testing.T) {
	if o := runJob(t, serveAlpha(t), "UnaryCall", ""); o.Err != nil {
		t.Error(o.Err)
	}
}

// What does not fit the types of the server ends a run before its first job. The
// error has the path of what is wrong.
func TestMisfits(t *testing.T) {
	s := serve(t)
	for name, test := range map[string]struct{ method, more, want string }{
		"method": {"UnaryCal", "",
			"method: grpc.testing.TestService has no method UnaryCal; did you mean UnaryCall?"},
		"field": {"UnaryCall", `"message": {"payload": {"bodi": ""}}`,
			"message.payload.bodi: is no field of grpc.testing.Payload; did you mean body?"},
		"number": {"UnaryCall", `"message": {"response_size": "many"}`,
			`message.response_size: must be of type int32; got "many"`},
		"enum": {"UnaryCall", `"message": {"response_type": "RED"}`,
			`message.response_type: must be one of COMPRESSABLE; got "RED"`},
		"bytes": {"UnaryCall", `"message": {"payload": {"body": "?"}}`,
			`message.payload.body: must be bytes in base64; got "?"`},
		"object": {"UnaryCall", `"message": {"payload": 1}`,
			"message.payload: must be an object, the JSON of grpc.testing.Payload; got 1"},
		"list": {"StreamingOutputCall", `"message": {"response_parameters": 3}`,
			"message.response_parameters: must be a list of a grpc.testing.ResponseParameters; got 3"},
		"item": {"StreamingOutputCall", `"message": {"response_parameters": [{"size": 1}, {"size": true}]}`,
			"message.response_parameters[1].size: must be of type int32; got true"},
		"well-known type": {"StreamingOutputCall", `"message": {"response_parameters": [{"compressed": {"value": 1}}]}`,
			"message.response_parameters[0].compressed.value: must be of type bool; got 1"},
		"several": {"UnaryCall", `"message": [{}, {}]`,
			"message: must be one object, since UnaryCall takes one message"},
		"repeat": {"UnaryCall", `"repeat": 2`,
			"repeat: cannot be given, since UnaryCall takes one message"},
		"in a stream": {"StreamingInputCall", `"message": [{}, {"payload": {"body": 1}}]`,
			"message[1].payload.body: must be bytes in base64; got 1"},
		"expected": {"UnaryCall", `"expect": {"message": {"usernam": "ann"}}`,
			"expect.message.usernam: is no field of grpc.testing.SimpleResponse; did you mean username?"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := openError(t, call(t, s.target, test.method, test.more)); got != "workload."+test.want {
				t.Errorf("%s\nwant workload.%s", got, test.want)
			}
		})
	}
}

// A service that the server does not have is an error that names those that it
// has.
func TestUnknownService(t *testing.T) {
	s := serve(t)
	w := call(t, s.target, "UnaryCall", "")
	w.Parameters["method"] = "grpc.testing.TestServic/UnaryCall"
	const want = "workload.method: the server has no service grpc.testing.TestServic; " +
		"did you mean grpc.testing.TestService?"
	if got := openError(t, w); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A server without reflection is an error that says what to do.
func TestNoReflection(t *testing.T) {
	s := start(t, func(*grpc.Server) {})
	got := openError(t, call(t, s.target, "UnaryCall", ""))
	if want := "offers no server reflection"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Without a server, the error says that none responds.
func TestReflectionWithoutServer(t *testing.T) {
	s := serve(t)
	s.Stop()
	got := openError(t, call(t, s.target, "UnaryCall", ""))
	want := "asking " + s.target + " for its types by server reflection: connecting to 127.0.0.1: "
	if !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
