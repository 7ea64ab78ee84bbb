package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// A workloadKind is one line of the table of workloads.
type workloadKind struct {
	Kind   string         `json:"kind"`
	Doc    string         `json:"doc" doc:"what a job of it does"`
	Schema map[string]any `json:"schema" doc:"JSON Schema of a workload of this kind"`
}

type workloadsAnswer struct {
	Body struct {
		Workloads []workloadKind `json:"workloads"`
	}
}

func (s *Server) registerWorkloads(router huma.API, op huma.Operation) {
	answer := &workloadsAnswer{}
	answer.Body.Workloads = []workloadKind{}
	for _, kind := range s.options.Kinds {
		answer.Body.Workloads = append(answer.Body.Workloads, workloadKind{kind.Name, kind.Doc, kind.Schema()})
	}
	huma.Register(router, op, func(context.Context, *struct{}) (*workloadsAnswer, error) { return answer, nil })
}
