package server

import (
	"cmp"
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
)

type systemResponse struct{ Body aurea.System }

func (s *Server) registerSystem(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 500, 503)
	huma.Register(router, op, func(ctx context.Context, _ *struct{}) (*systemResponse, error) {
		var system aurea.System
		err := s.reads.do(ctx, func() (err error) {
			system, err = s.options.Runs.System(ctx)
			return err
		})
		if err != nil {
			return nil, s.asProblem(err)
		}
		system.Limits = aurea.SystemLimits{
			Jobs: aurea.MaxJobs, Body: maxBody, Page: aurea.MaxPage,
			Connections: cmp.Or(s.options.Clients, maxConnections),
		}
		system.Memory.Held, system.Memory.Limit, system.Memory.Refused = s.options.Budget.Usage()
		system.Machine = s.options.Machine
		return &systemResponse{system}, nil
	})
	schemas := router.OpenAPI().Components.Schemas.Map()
	for name, members := range systemMembers {
		schemas[name].AdditionalProperties = true // later versions may add members
		describeMembers(schemas[name], members)
	}
}

// systemMembers describes members of a System whose names do not explain them.
var systemMembers = map[string]map[string]string{
	"System":      {"since": "when the service started", "machine": "that it runs on"},
	"SystemQueue": {"limit": "most runs that may wait"},
	"SystemStore": {
		"bytes": "of the runs, as retention counts them", "unstored": "runs that have ended and wait for the store",
	},
	"SystemRetention": {"age": "in seconds; 0 sets no limit, here and in the others"},
	"SystemLimits": {
		"jobs": "of a run", "body": "of a request, in bytes", "page": "runs of a list",
		"connections": "at once; more wait",
	},
	"SystemMemory": {
		"held": "by requests and the specs of live runs, in bytes", "limit": "0 is none",
		"refused": "requests, since the service started",
	},
}
