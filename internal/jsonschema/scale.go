package jsonschema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// maxValues limits the values in a document, schema or not.
const maxValues = 1000

// checkScale refuses documents that are too expensive: numbers whose digits
// would fill the memory, and more than maxValues values.
func checkScale(document any, location string) error {
	left := maxValues
	if err := scale(document, &left); err != nil {
		return param.Invalid(location, "%v", err)
	}
	return nil
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
