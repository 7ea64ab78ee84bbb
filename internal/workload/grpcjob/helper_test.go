package grpcjob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// service is the service under test. It keeps what it receives.
type service struct {
	testgrpc.UnimplementedTestServiceServer
	mu       sync.Mutex
	bodies   []string // payloads of requests
	metadata metadata.MD
	deadline time.Duration // that the last call had left; 0 for none
}

func (s *service) note(ctx context.Context, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, string(body))
	s.metadata, _ = metadata.FromIncomingContext(ctx)
	s.deadline = 0
	if deadline, limited := ctx.Deadline(); limited {
		s.deadline = time.Until(deadline)
	}
}

// UnaryCall responds with the request's payload, or with the status that the
// request asks for. The code DEADLINE_EXCEEDED waits until the call has ended.
func (s *service) UnaryCall(ctx context.Context, in *testgrpc.SimpleRequest) (*testgrpc.SimpleResponse, error) {
	s.note(ctx, in.GetPayload().GetBody())
	if code := codes.Code(in.GetResponseStatus().GetCode()); code != codes.OK {
		if code == codes.DeadlineExceeded {
			<-ctx.Done()
		}
		return nil, status.Error(code, in.GetResponseStatus().GetMessage())
	}
	return &testgrpc.SimpleResponse{
		Username: "ann", Payload: &testgrpc.Payload{Body: make([]byte, in.GetResponseSize())},
	}, nil
}

// StreamingOutputCall sends a message of each size.
func (s *service) StreamingOutputCall(
	in *testgrpc.StreamingOutputCallRequest, stream testgrpc.TestService_StreamingOutputCallServer,
) error {
	s.note(stream.Context(), in.GetPayload().GetBody())
	return sendSizes(in, stream)
}

func sendSizes(in *testgrpc.StreamingOutputCallRequest, stream grpc.ServerStream) error {
	for _, wanted := range in.GetResponseParameters() {
		body := []byte(strings.Repeat("x", int(wanted.GetSize())))
		response := testgrpc.StreamingOutputCallResponse{Payload: &testgrpc.Payload{Body: body}}
		if err := stream.SendMsg(&response); err != nil {
			return err
		}
	}
	return nil
}

// StreamingInputCall responds with the sum of the sizes.
func (s *service) StreamingInputCall(stream testgrpc.TestService_StreamingInputCallServer) error {
	sum := 0
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&testgrpc.StreamingInputCallResponse{AggregatedPayloadSize: int32(sum)})
		}
		if err != nil {
			return err
		}
		s.note(stream.Context(), in.GetPayload().GetBody())
		sum += len(in.GetPayload().GetBody())
	}
}

// FullDuplexCall answers each message as StreamingOutputCall does. It ends with
// the status that a message asks for.
func (s *service) FullDuplexCall(stream testgrpc.TestService_FullDuplexCallServer) error {
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.note(stream.Context(), in.GetPayload().GetBody())
		if code := codes.Code(in.GetResponseStatus().GetCode()); code != codes.OK {
			return status.Error(code, in.GetResponseStatus().GetMessage())
		}
		if err := sendSizes(in, stream); err != nil {
			return err
		}
	}
}

// received returns the payloads of the requests.
func (s *service) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies
}

// last returns the metadata of the last call, and the time that it had left.
func (s *service) last() (metadata.MD, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.metadata, s.deadline
}

// A server is a gRPC server that runs until the test ends.
type server struct {
	*service
	*grpc.Server
	target string
}

// serve starts a server with server reflection.
func serve(t testing.TB, options ...grpc.ServerOption) server {
	return start(t, func(s *grpc.Server) { reflection.Register(s) }, options...)
}

// serveAlpha starts a server with the old version of server reflection alone.
func serveAlpha(t testing.TB) server {
	return start(t, func(s *grpc.Server) {
		reflectionalpha.RegisterServerReflectionServer(s, reflection.NewServer(reflection.ServerOptions{Services: s}))
	})
}

// start starts a server. prepare registers more services.
func start(t testing.TB, prepare func(*grpc.Server), options ...grpc.ServerOption) server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := server{new(service), grpc.NewServer(options...), listener.Addr().String()}
	testgrpc.RegisterTestServiceServer(s.Server, s.service)
	prepare(s.Server)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	return s
}

// with returns the kind grpc with a policy, and the kinds that may contain it.
// Its jobs may call only this machine.
func with(policy workload.Policy) *workload.Set {
	return workload.NewSet(policy, Kind(egress.Allowlist{}), workload.Noop, workload.Mix, workload.Steps)
}

// local has the default policy.
var local = with(workload.Policy{})

// call returns a grpc workload that calls a method of the service under test.
// more are further parameters as JSON.
func call(t testing.TB, target, method, more string) aurea.Workload {
	t.Helper()
	text := fmt.Sprintf(`{"target": %q, "method": "grpc.testing.TestService/%s"`, target, method)
	if more != "" {
		text += ", " + more
	}
	return aurea.Workload{Kind: "grpc", Parameters: workloadtest.Parse(t, text+"}")}
}

// runJob runs one job of a call.
func runJob(t testing.TB, s server, method, more string) workloadtest.Outcome {
	t.Helper()
	return workloadtest.Run(t, workloadtest.Open(t, local, call(t, s.target, method, more)), 0, time.Minute)
}

// openError returns why a workload that is resolved cannot be opened.
func openError(t testing.TB, w aurea.Workload) string {
	t.Helper()
	resolved, err := local.Resolve(aurea.Plan{Workload: w, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := resolved.Open(t.Context())
	if err == nil {
		jobs.Close()
	}
	return workloadtest.Message(err)
}
