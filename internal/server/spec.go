package server

import (
	"errors"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// decodeSpec decodes a spec. Unlike that of aurea.DecodeSpec, its error also
// names the wrong fields of the workload, as its kind declares them.
func (s *Server) decodeSpec(body []byte) (aurea.Spec, error) {
	spec, err := aurea.DecodeSpec(body)
	var invalid, more *aurea.InvalidError
	if !errors.As(err, &invalid) || spec.Workload == nil {
		return spec, err
	}
	for _, kind := range s.options.Kinds {
		if kind.Name != spec.Workload.Kind {
			continue
		}
		_, wrong := param.Read(kind.Parameters, spec.Workload.Parameters, "workload")
		if errors.As(wrong, &more) {
			err = &aurea.InvalidError{Fields: append(invalid.Fields, more.Fields...)}
		}
	}
	return spec, err
}
