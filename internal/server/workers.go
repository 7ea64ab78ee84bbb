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
		response.Body.Broker = s.options.Workers != nil
		if response.Body.Broker {
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
	describeMembers(worker, workerMembers)
}

// describeWorkers describes the workers of a result.
func describeWorkers(schemas map[string]*huma.Schema) {
	workers, of := schemas["Workers"], schemas["WorkerResult"]
	for _, schema := range []*huma.Schema{workers, of} {
		schema.AdditionalProperties = true // later versions may add members
	}
	of.Properties["state"].Enum = []any{aurea.WorkerEnded, aurea.WorkerLost}
	describeMembers(workers, resultWorkers)
	describeMembers(of, resultWorker)
	schemas["InFlight"].Properties["at_least"].Description =
		"a lower bound of the most; then max is an upper one, the sum of the workers' maxima"
}

// describeMembers describes members of a schema by their names.
func describeMembers(schema *huma.Schema, members map[string]string) {
	for name, says := range members {
		schema.Properties[name].Description = says
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

// resultWorkers describes the members of workers in a result.
var resultWorkers = map[string]string{
	"count":       "workers that took part",
	"lost":        "of them, those that fell silent before their last report",
	"lost_share":  "of the load, that the lost ones left undone",
	"spread":      "between the first and the last worker to start its first job, from when that was due, in seconds",
	"end_spread":  "between the last ends of the first and the last worker to end, in seconds",
	"bound":       "the largest error of a worker's clock, in seconds",
	"longest_gap": "between two reports of a worker that was not lost, in seconds",
	"full":        "workers at which an arrival found all places taken",
	"hosts":       "machines that they ran on",
	"unlike":      "fields of the environment in which they differ",
	"of":          "the lost ones first, then those with the longest delay; 256 at most",
	"rest":        "the workers beyond those",
}

// resultWorker describes the members of one worker in a result.
var resultWorker = map[string]string{
	"boot":          "the same for workers on one machine",
	"counts":        "outcomes of its share of the jobs",
	"throughput":    "its jobs that ended ok, a second",
	"max_in_flight": "its most jobs at one moment",
	"peak_from":     "when it first had so many, in seconds since the run's start",
	"peak_until":    "when it last had so many",
	"full":          "whether an arrival found all its places taken",
	"cpu":           "share of its cores' time that it used",
	"offset":        "of its clock from the service's, in seconds",
	"bound":         "the largest error of the offset, in seconds",
	"drift":         "change of the offset by the end, in seconds",
	"first_due":     "when its first job was due, in seconds since the run's start",
	"first_start":   "when its first job started; negative if none did",
	"last_end":      "when its last job ended",
	"reports":       "how many it sent",
	"longest_gap":   "between two of them, in seconds",
	"environment":   "if the workers' environments differ",
}
