package server

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"
)

type healthAnswer struct {
	Body struct {
		Status  string `json:"status" enum:"healthy" doc:"healthy whenever the process can answer"`
		Service string `json:"service"`
		Version string `json:"version"`
		Grafana string `json:"grafana,omitempty" doc:"URL of the Grafana that has the dashboards, where the service was told"`
		Store   struct {
			Kind    string `json:"kind" doc:"sqlite or postgres"`
			Ready   bool   `json:"ready" doc:"whether runs can be kept, and are accepted"`
			Detail  string `json:"detail,omitempty" doc:"why not"`
			Damaged int    `json:"damaged_runs,omitempty" doc:"how many runs were found that are not what was kept"`
		} `json:"store"`
	}
}

func (s *Server) registerHealth(router huma.API, op huma.Operation) {
	huma.Register(router, op, func(context.Context, *struct{}) (*healthAnswer, error) {
		answer := &healthAnswer{}
		answer.Body.Status = "healthy"
		answer.Body.Service = "aurea-orchestrator"
		answer.Body.Version = s.options.Version
		answer.Body.Grafana = s.options.Grafana
		answer.Body.Store.Kind = s.options.Store
		err := s.options.Runs.Ready()
		answer.Body.Store.Ready = err == nil
		if err != nil {
			answer.Body.Store.Detail = err.Error()
		}
		answer.Body.Store.Damaged = s.damaged()
		return answer, nil
	})
}

// damaged is how many runs were found damaged.
func (s *Server) damaged() int {
	if s.options.Damaged == nil {
		return 0
	}
	return s.options.Damaged()
}

type probeAnswer struct {
	Body struct {
		Status string `json:"status" doc:"alive, or ready"`
		Detail string `json:"detail,omitempty" doc:"what an operator should look at all the same"`
	}
}

func probe(status string) *probeAnswer {
	answer := &probeAnswer{}
	answer.Body.Status = status
	return answer
}

func (s *Server) registerLive(router huma.API, op huma.Operation) {
	huma.Register(router, op, func(context.Context, *struct{}) (*probeAnswer, error) {
		return probe("alive"), nil
	})
}

func (s *Server) registerReady(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 503)
	huma.Register(router, op, func(context.Context, *struct{}) (*probeAnswer, error) {
		if err := s.options.Runs.Ready(); err != nil {
			return nil, s.asProblem(err)
		}
		answer := probe("ready")
		if n := s.damaged(); n > 0 {
			answer.Body.Detail = fmt.Sprintf("%d of the runs in the database are damaged; aurea runs verify says which", n)
		}
		return answer, nil
	})
}
