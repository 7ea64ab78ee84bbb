package execjob

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/aurea-orchestrator/aurea/param"
)

// maxValues limits the values in the args of a spec, and in a schema.
const maxValues = 1000

// compileSchema compiles a decoded JSON Schema. It loads no other document.
func compileSchema(document any) (*jsonschema.Schema, error) {
	if err := checkScale(document); err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	const url = "schema.json"
	if err := compiler.AddResource(url, document); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("is no JSON Schema that stands alone: %w", err)
	}
	return schema, nil
}

// checkScale refuses values that are too expensive to validate: numbers whose
// digits would fill the memory, and more than maxValues values.
func checkScale(value any) error {
	left := maxValues
	return scale(value, &left)
}

func scale(value any, left *int) error {
	if *left--; *left < 0 {
		return fmt.Errorf("must be made of at most %d values", maxValues)
	}
	switch value := value.(type) {
	case json.Number:
		float, err := value.Float64()
		if err != nil || len(value) > 64 || float == 0 && strings.ContainsAny(string(value), "eE") {
			return fmt.Errorf("must have numbers of up to 64 digits, no further from 1 than 1e300; got %.70s", value)
		}
	case map[string]any:
		for _, member := range value {
			if err := scale(member, left); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range value {
			if err := scale(item, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkSchema validates args against a schema. The error names every wrong
// value.
func checkSchema(schema *jsonschema.Schema, args any) error {
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(args); !errors.As(err, &invalid) {
		return err
	}
	var wrong param.Problems
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error != nil {
			location := "args" + strings.ReplaceAll(unit.InstanceLocation, "/", ".")
			wrong.Add(location, "%s", unit.Error.String())
		}
	}
	return wrong.Err()
}
