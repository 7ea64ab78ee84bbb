package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// A workloadKind describes a kind of workload.
type workloadKind struct {
	Kind   string         `json:"kind"`
	Doc    string         `json:"doc" doc:"what a job of it does"`
	Schema map[string]any `json:"schema" doc:"JSON Schema of a workload of this kind"`
	Whole  bool           `json:"whole" doc:"whether one worker must run all of its jobs"`
}

type workloadsResponse struct {
	Body struct {
		Workloads []workloadKind `json:"workloads"`
	}
}

func (s *Server) registerWorkloads(router huma.API, op huma.Operation) {
	response := &workloadsResponse{}
	response.Body.Workloads = []workloadKind{}
	for _, kind := range s.options.Kinds {
		response.Body.Workloads = append(response.Body.Workloads, workloadKind{
			Kind: kind.Name, Doc: kind.Doc, Schema: kind.Schema(), Whole: kind.Whole,
		})
	}
	huma.Register(router, op, func(context.Context, *struct{}) (*workloadsResponse, error) { return response, nil })
}
