package param_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aurea-orchestrator/aurea/param"
)

// greeting declares the parameters of the examples.
var greeting = []param.Parameter{
	{Name: "name", Type: param.Text, Max: 20, Required: true, Doc: "whom to greet"},
	{Name: "times", Type: param.Integer, Min: 1, Max: 10, Default: int64(1), Doc: "how often"},
}

// Read decodes an object by its declaration and adds the defaults.
func ExampleRead() {
	object, err := param.DecodeObject([]byte(`{"name": "Ada"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := param.Read(greeting, object, "")
	fmt.Println(values.Text("name"), values.Integer("times"), err)
	// Output:
	// Ada 1 <nil>
}

// The error names the location, the rule and the value of every wrong field.
func ExampleRead_invalid() {
	object, err := param.DecodeObject([]byte(`{"nme": "Ada", "times": 99}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = param.Read(greeting, object, "greeting")
	var invalid *param.InvalidError
	if errors.As(err, &invalid) {
		for _, field := range invalid.Fields {
			fmt.Println(field.Location + ": " + field.Message)
		}
	}
	// Output:
	// greeting.name: is needed: whom to greet
	// greeting.times: must be an integer from 1 to 10; got 99
	// greeting.nme: is not a field; did you mean name?
}

// The same declaration is a JSON Schema.
func ExampleObjectSchema() {
	schema, err := json.MarshalIndent(param.ObjectSchema(greeting), "", "  ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(schema))
	// Output:
	// {
	//   "additionalProperties": false,
	//   "properties": {
	//     "name": {
	//       "description": "whom to greet",
	//       "maxLength": 20,
	//       "type": "string"
	//     },
	//     "times": {
	//       "default": 1,
	//       "description": "how often",
	//       "maximum": 10,
	//       "minimum": 1,
	//       "type": "integer"
	//     }
	//   },
	//   "required": [
	//     "name"
	//   ],
	//   "type": "object"
	// }
}
