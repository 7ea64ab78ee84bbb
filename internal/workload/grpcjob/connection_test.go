package grpcjob

import (
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// The operator's rules are applied to every address that is dialed, also when a
// name resolves to it.
func TestForbidden(t *testing.T) {
	s := serve(t)
	_, port, _ := net.SplitHostPort(s.target)
	allowed, err := egress.ParseAllowlist([]string{"192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	set := workload.NewSet(workload.Policy{}, Kind(allowed))
	const want = "none of the targets that this service may call"
	if got := workloadtest.Refusal(set, call(t, s.target, "UnaryCall", ""), 1); !strings.Contains(got, want) {
		t.Errorf("of an address: %q, want %q", got, want)
	}
	resolved, err := set.Resolve(aurea.Plan{Workload: call(t, "localhost:"+port, "UnaryCall", ""), Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = resolved.Open(t.Context())
	if got := workloadtest.Message(err); !strings.Contains(got, want) {
		t.Errorf("of a name: %q, want %q", got, want)
	}
}

// Jobs fail by the class of the connection's failure when their server is gone,
// and go on when it is back.
func TestServerIsGone(t *testing.T) {
	s := serve(t)
	jobs := workloadtest.Open(t, local, call(t, s.target, "UnaryCall", ""))
	if o := workloadtest.Run(t, jobs, 0, time.Minute); o.Err != nil {
		t.Fatal(o.Err)
	}
	s.Stop()
	for {
		o := workloadtest.Run(t, jobs, 1, time.Minute)
		if o.Class() == "connect" {
			break
		}
		if o.Class() != "grpc_unavailable" { // of the connection that was lost
			t.Fatalf("without a server: class %q (%v), want connect", o.Class(), o.Err)
		}
	}
	listener, err := net.Listen("tcp", s.target)
	if err != nil {
		t.Skip("the port is taken: ", err)
	}
	again := grpc.NewServer()
	reflection.Register(again)
	go func() { _ = again.Serve(listener) }()
	defer again.Stop()
	for {
		o := workloadtest.Run(t, jobs, 2, time.Minute)
		if o.Class() == "grpc_unimplemented" { // the new server has no such service
			break
		}
		if o.Class() != "connect" {
			t.Fatalf("with a new server: class %q (%v), want grpc_unimplemented", o.Class(), o.Err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
