package server

import (
	"errors"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// decodeSpec decodes a spec. Unlike that of aurea.DecodeSpec, its error also
// names the wrong fields of the workloads, as their kinds declare them.
func (s *Server) decodeSpec(body []byte) (aurea.Spec, error) {
	spec, err := aurea.DecodeSpec(body)
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return spec, err
	}
	found := []error{err}
	for at, workload := range spec.Workloads() {
		for _, kind := range s.options.Kinds {
			if kind.Name == workload.Kind {
				_, wrong := param.Read(kind.Parameters, workload.Parameters, at)
				found = append(found, wrong)
			}
		}
	}
	return spec, param.Merge(found...)
}
