package server

import (
	"context"
	"maps"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

type workersResponse struct{ Body api.WorkersBody }

func (s *Server) registerWorkers(router huma.API, op huma.Operation) {
	huma.Register(router, op, func(context.Context, *struct{}) (*workersResponse, error) {
		response := &workersResponse{}
		response.Body.Workers = []aurea.Worker{}
		if s.options.Workers != nil {
			response.Body.Workers = append(response.Body.Workers, s.options.Workers()...)
		}
		for i, worker := range response.Body.Workers {
			labels := map[string]string{} // null is no object
			maps.Copy(labels, worker.Labels)
			response.Body.Workers[i].Labels = labels
		}
		return response, nil
	})
	worker := router.OpenAPI().Components.Schemas.Map()["Worker"]
	worker.AdditionalProperties = true // later versions may add members
	for _, state := range aurea.WorkerStates() {
		worker.Properties["state"].Enum = append(worker.Properties["state"].Enum, string(state))
	}
	for name, says := range workerMembers {
		worker.Properties[name].Description = says
	}
}

// workerMembers describes members of a worker whose names do not explain them.
var workerMembers = map[string]string{
	"reason":    "why it is refused",
	"version":   "of Aurea",
	"arch":      "of its program, such as amd64",
	"cpu":       "the processor's model",
	"offset":    "of its clock from the service's, in seconds, when last measured",
	"bound":     "the largest error of the offset, in seconds; 0 if it was never measured",
	"run":       "id of the run that it is reserved for or executes",
	"last_seen": "when the service last heard of it",
}
