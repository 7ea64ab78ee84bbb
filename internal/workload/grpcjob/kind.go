// Package grpcjob is the grpc workload: jobs that call a method of a gRPC
// service, unary or streaming, and judge its status and messages.
//
// Kind declares the parameters. newParams types and checks them once, without
// connecting; params.open makes the runner. The types of the method come from
// files, or else from the server when the jobs are opened. Messages are checked
// against them then, so a wrong message ends a run before its first job. A job
// goes from runner.go through exchange.go and expect.go.
package grpcjob

import (
	"context"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// Kind returns the kind grpc, whose jobs may call the given targets.
func Kind(targets egress.Allowlist) workload.Kind {
	return workload.Kind{
		Kind: aurea.Kind{
			Name:        "grpc",
			Doc:         "calls a method of a gRPC service, unary or streaming",
			Parameters:  parameters,
			MaxInFlight: workload.MaxRunning,
			Timeout:     time.Minute,
			Metrics:     metrics,
		},
		HonorsDeadline: true,
		Connects:       true,
		Resolve: func(v param.Values, scope workload.Scope) (workload.Resolved, error) {
			p, err := newParams(v, scope, targets)
			if err != nil {
				return workload.Resolved{}, err
			}
			return workload.Resolved{
				Connections: p.connections,
				Limited:     p.timeout > 0,
				Acquire:     func(ctx context.Context, _ *workload.Usage) (workload.Jobs, error) { return p.open(ctx) },
			}, nil
		},
	}
}

var parameters = slices.Concat([]param.Parameter{
	{
		Name: "target", Type: param.Text, Max: 300, Required: true,
		Doc: "host and port of the server, such as localhost:50051",
	},
	{
		Name: "method", Type: param.Text, Max: 1000, Required: true,
		Doc: "which method to call, as package.Service/Method",
	},
}, sourceParameters, []param.Parameter{
	{
		Name: "message", Type: param.Any,
		Doc: "what to send, as the JSON of its type; a list for a method that takes a stream; its texts may have " +
			"fields " + template.Fields,
	},
	{
		Name: "repeat", Type: param.Integer, Min: 1, Max: 1e6, Default: int64(1),
		Doc: "how often the messages of a stream are sent, one list after the other",
	},
	{
		Name: "interval", Type: param.Duration, Max: aurea.MaxJobDuration.Seconds(),
		Doc: "pause between the messages of a stream",
	},
	{
		Name: "metadata", Type: param.FieldList,
		Doc: "of the call; values may have fields; those of names that end in -bin are base64",
	},
	expectParameter,
	captureParameter,
	{
		Name: "max_messages", Type: param.Integer, Min: 1, Max: 1e9,
		Doc: "after how many messages of a stream the call is ended and right; all unless given",
	},
	{
		Name: "connections", Type: param.Integer, Min: 1, Max: 1e6, Default: int64(1),
		Doc: "connections, among which the jobs are divided evenly",
	},
	{
		Name: "timeout", Type: param.Duration, Min: 0.001, Max: aurea.MaxJobDuration.Seconds(),
		Doc: "longest the call may take, which is also sent as its deadline; that of the spec is for the whole job",
	},
	workload.TLSParameter("whom to trust, and who calls; without it, nothing is encrypted"),
	{
		Name: "authority", Type: param.Text, Max: 300,
		Doc: "whom the call names as its server; the target unless given",
	},
	{
		Name: "max_bytes", Type: param.Integer, Min: 1, Max: 1 << 30, Default: int64(4 << 20),
		Doc: "most bytes of a message that is received; a longer one fails",
	},
})
