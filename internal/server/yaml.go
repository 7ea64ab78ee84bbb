package server

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"slices"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
	"github.com/aurea-orchestrator/aurea/param"
)

// maxYAMLValues limits the values of a YAML body, with all aliases expanded.
const maxYAMLValues = 100_000

// yamlTypes are the media types of YAML, by RFC 9512 and as they were before.
var yamlTypes = []string{"application/yaml", "application/x-yaml", "text/yaml"}

// specProblem is asProblem for an error about the spec of a request. It names the
// lines of a body that is YAML.
func (s *Server) specProblem(input *specInput, err error) error {
	if input.yaml == nil || !errors.Is(err, aurea.ErrInvalid) {
		return s.asProblem(err)
	}
	held := &reservation{budget: s.options.Budget, purpose: "the lines of the request's body"}
	defer held.release()
	if file, wrong := s.parseYAML(held, input.yaml); wrong == nil {
		err = file.Locate(err)
	}
	return s.asProblem(err)
}

// parseYAML decodes a spec in YAML, whose memory it adds to held.
func (s *Server) parseYAML(held *reservation, body []byte) (*specfile.File, error) {
	if err := held.reserve(specfile.MemorySize(body)); err != nil {
		return nil, err
	}
	parameters := func(name string) []param.Parameter {
		kind, _ := s.kind(name)
		return kind.Parameters
	}
	file, err := specfile.Parse("the body", body, specfile.Options{
		MaxValues: maxYAMLValues, MaxBytes: maxBody, Parameters: parameters,
	})
	if err != nil {
		return nil, err
	}
	var variables param.Problems
	literal(file.Fields, "", &variables)
	return file, file.Locate(variables.Err())
}

// literal writes ${ in place of $${ in the texts of a value, and returns the value.
// A variable is a problem: it stands for a value that only the command knows.
func literal(value any, location string, variables *param.Problems) any {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			value[name] = literal(value[name], param.Join(location, name), variables)
		}
	case []any:
		for i, item := range value {
			value[i] = literal(item, fmt.Sprintf("%s[%d]", location, i), variables)
		}
	case string:
		text, err := specfile.ReplaceVariables(value, refuseVariable)
		if err != nil {
			variables.Add(location, "%v", err)
		}
		return text
	}
	return value
}

func refuseVariable(string) (string, error) {
	return "", errors.New("has a variable, which only aurea run replaces; write its value, or $${ for ${ itself")
}

// isYAML reports whether a body is YAML by its header.
func isYAML(header func(string) string) bool {
	kind, _, err := mime.ParseMediaType(header("Content-Type"))
	return err == nil && slices.Contains(yamlTypes, kind)
}
