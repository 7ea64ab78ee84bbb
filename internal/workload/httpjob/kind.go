// Package httpjob is the http workload: jobs that call a service over HTTP,
// judge its responses, and with poll wait for the job that the service accepted.
//
// Kind declares the parameters. newParams types and checks them once, without
// connecting; params.open makes the httpRunner. A job goes from runner.go
// through request.go, call.go and expect.go, and with poll through poll.go.
package httpjob

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// Kind returns the kind http, whose jobs may call the given targets.
func Kind(targets egress.Allowlist) workload.Kind {
	return workload.Kind{
		Kind: aurea.Kind{
			Name:        "http",
			Doc:         "calls a service over HTTP; with poll, submits a job to it and waits until that is done",
			Parameters:  parameters,
			MaxInFlight: workload.MaxRunning,
			Timeout:     time.Minute,
		},
		HonorsDeadline: true,
		Connects:       true,
		Resolve: func(v param.Values, scope workload.Scope) (workload.Resolved, error) {
			p, err := newParams(v, scope, targets)
			if err != nil {
				return workload.Resolved{}, err
			}
			return workload.Resolved{
				Metrics:     p.metrics(),
				Connections: cmp.Or(p.connections, scope.InFlight),
				Limited:     p.timeout > 0,
				Acquire: func(_ context.Context, usage *workload.Usage) (workload.Jobs, error) {
					return p.open(&usage.Memory)
				},
			}, nil
		},
	}
}

var parameters = slices.Concat([]param.Parameter{
	{
		Name: "url", Type: param.Text, Max: 8192, Required: true, InPlace: targetsFile,
		Doc: "whom to call; path and query may have fields such as {{job}}",
	},
	{
		Name: "method", Type: param.Text, Max: 200,
		Doc: "GET unless given, or POST with a body; may have fields such as {{data.method}}",
	},
	{
		Name: "headers", Type: param.FieldList,
		Doc: "of the request, in the case and, as a list, in the order in which they are sent; values may have fields",
	},
	basicAuthParameter,
}, contentParameters, targetParameters, []param.Parameter{
	expectParameter,
	captureParameter,
	{
		Name: "version", Type: param.Text, Options: []string{"1.1", "2"}, Default: "1.1",
		Doc: "of HTTP",
	},
	{
		Name: "connections", Type: param.Integer, Min: 1, Max: 1e6,
		Doc: "most connections at once, for which jobs wait; as many as jobs in flight unless given",
	},
	{
		Name: "streams", Type: param.Integer, Min: 1, Max: 1e6,
		Doc: "most requests at once on a connection of HTTP/2; as many as the server allows unless given",
	},
	{
		Name: "keepalive", Type: param.Boolean, Default: true,
		Doc: "whether a connection serves several requests",
	},
	{
		Name: "io_uring", Type: param.Boolean, Default: true,
		Doc: "whether one system call may send or receive for many connections, where Linux allows it",
	},
	{
		Name: "timeout", Type: param.Duration, Min: 0.001, Max: aurea.MaxJobDuration.Seconds(),
		Doc: "longest the request may take, with its redirects and polls; that of the spec is for the whole job",
	},
	tlsParameter,
}, routeParameters, []param.Parameter{
	proxyParameter,
	{
		Name: "redirects", Type: param.Integer, Max: 20, Default: int64(0),
		Doc: "how many redirects to follow",
	},
	{
		Name: "max_bytes", Type: param.Integer, Min: 1, Max: 1 << 40, Default: int64(1 << 30),
		Doc: "most bytes of an answer; a longer one fails",
	},
	decompressParameter,
	pollParameter,
})
