package workload

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/aurea-orchestrator/aurea"
)

// mostTold is how many values a spec may tell a command, and a schema be made of.
const mostTold = 1000

// compileSchema makes a schema of a decoded JSON document. It loads no other.
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

// checkScale refuses what is too much to be held against a schema: numbers whose
// digits would fill the memory, and very many values.
func checkScale(value any) error {
	left := mostTold
	return scale(value, &left)
}

func scale(value any, left *int) error {
	if *left--; *left < 0 {
		return fmt.Errorf("must be made of at most %d values", mostTold)
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

// checkSchema holds args against a schema; the error has each value that is
// wrong.
func checkSchema(schema *jsonschema.Schema, args any) error {
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(args); !errors.As(err, &invalid) {
		return err
	}
	wrong := &aurea.InvalidError{}
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error != nil {
			location := "args" + strings.ReplaceAll(unit.InstanceLocation, "/", ".")
			wrong.Fields = append(wrong.Fields, aurea.FieldError{Location: location, Message: unit.Error.String()})
		}
	}
	return wrong
}
