package server

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"
)

type healthResponse struct {
	Body struct {
		Status  string `json:"status" enum:"healthy" doc:"healthy whenever the process can answer"`
		Service string `json:"service"`
		Version string `json:"version"`
		Grafana string `json:"grafana,omitempty" doc:"URL of the Grafana that has the dashboards, if it is configured"`
		Store   struct {
			Kind    string `json:"kind" doc:"sqlite or postgres"`
			Ready   bool   `json:"ready" doc:"whether runs can be kept, and are accepted"`
			Detail  string `json:"detail,omitempty" doc:"why not"`
			Damaged int    `json:"damaged_runs,omitempty" doc:"how many runs were found that are not what was kept"`
		} `json:"store"`
	}
}

func (s *Server) registerHealth(router huma.API, op huma.Operation) {
	huma.Register(router, op, func(context.Context, *struct{}) (*healthResponse, error) {
		response := &healthResponse{}
		response.Body.Status = "healthy"
		response.Body.Service = "aurea-orchestrator"
		response.Body.Version = s.options.Version
		response.Body.Grafana = s.options.Grafana
		response.Body.Store.Kind = s.options.Store
		err := s.options.Runs.Ready()
		response.Body.Store.Ready = err == nil
		if err != nil {
			response.Body.Store.Detail = err.Error()
		}
		response.Body.Store.Damaged = s.damaged()
		return response, nil
	})
}

// damaged returns how many stored runs were found damaged.
func (s *Server) damaged() int {
	if s.options.Damaged == nil {
		return 0
	}
	return s.options.Damaged()
}

type probeResponse struct {
	Body struct {
		Status string `json:"status" doc:"alive, or ready"`
		Detail string `json:"detail,omitempty" doc:"what an operator should look at all the same"`
	}
}

// probe returns the response of a probe that succeeds.
func probe(status string) *probeResponse {
	response := &probeResponse{}
	response.Body.Status = status
	return response
}

func (s *Server) registerLive(router huma.API, op huma.Operation) {
	huma.Register(router, op, func(context.Context, *struct{}) (*probeResponse, error) {
		return probe("alive"), nil
	})
}

func (s *Server) registerReady(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 503)
	huma.Register(router, op, func(context.Context, *struct{}) (*probeResponse, error) {
		if err := s.options.Runs.Ready(); err != nil {
			return nil, s.asProblem(err)
		}
		response := probe("ready")
		if n := s.damaged(); n > 0 {
			response.Body.Detail = fmt.Sprintf("%d of the runs in the database are damaged; aurea runs verify says which", n)
		}
		return response, nil
	})
}
