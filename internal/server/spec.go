package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/param"
)

// A specInput is a request whose body has a spec, as JSON or YAML.
type specInput struct {
	bodyInput
	yaml []byte // the body if it is YAML
}

// readSpec reads a body that may also be YAML, and decodes it as JSON. It is
// otherwise like readBody.
func readSpec[T any](s *Server, input *specInput, decode func([]byte) (T, error)) (decoded T, err error) {
	if problem := refusedType(input.request.Header, true); problem != "" {
		return decoded, api.NewProblem(http.StatusUnsupportedMediaType, problem)
	}
	decodeJSON := fromJSON(decode)
	if !isYAML(input.request.Header) {
		return receiveBody(s, &input.bodyInput, decodeJSON)
	}
	return receiveBody(s, &input.bodyInput, func(held *reservation, body []byte) (decoded T, err error) {
		file, err := s.parseYAML(held, body)
		if err != nil {
			return decoded, err
		}
		encoded, err := json.Marshal(file.Fields)
		if err != nil {
			return decoded, fmt.Errorf("encode as JSON what was YAML: %w", err)
		}
		input.yaml = body
		decoded, err = decodeJSON(held, encoded)
		return decoded, file.Locate(err)
	})
}

// specBody describes a request body that has a spec: JSON with the schema of the
// given name, or the same as YAML.
func specBody(schema string) *huma.RequestBody {
	body := jsonBody(schema)
	body.Content[yamlTypes[0]] = body.Content["application/json"]
	return body
}

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
		if kind, known := s.kind(workload.Kind); known {
			_, wrong := param.Read(kind.Parameters, workload.Parameters, at)
			found = append(found, wrong)
		}
	}
	return spec, param.Merge(found...)
}

// kind returns the kind of workload with a name. It reports false if there is none.
func (s *Server) kind(name string) (aurea.Kind, bool) {
	for _, kind := range s.options.Kinds {
		if kind.Name == name {
			return kind, true
		}
	}
	return aurea.Kind{}, false
}
