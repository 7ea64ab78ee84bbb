package aurea

// A Kind describes one kind of workload: what the table of workloads knows of
// it, as data for the API, the command's help, the docs and the page.
type Kind struct {
	Name       string
	Doc        string // one sentence, without a full stop
	Parameters []Parameter
	Failure    []Parameter // of its failure, an object that makes some jobs go wrong
	// MostInFlight is how many of its jobs may be in flight at once; 0 where a job
	// is so small that MaxJobs is the only limit.
	MostInFlight int64
}

// Schema is the JSON Schema of a workload of this kind.
func (k Kind) Schema() map[string]any {
	properties := map[string]any{"kind": map[string]any{"const": k.Name, "type": string(Text), "description": k.Doc}}
	for _, p := range k.Parameters {
		properties[p.Name] = p.Schema()
	}
	if len(k.Failure) > 0 {
		properties["failure"] = failureSchema(k.Failure)
	}
	return map[string]any{
		"type":                 "object",
		"description":          k.Doc,
		"properties":           properties,
		"required":             []string{"kind"},
		"additionalProperties": false,
	}
}

func failureSchema(parameters []Parameter) map[string]any {
	properties := map[string]any{}
	for _, p := range parameters {
		properties[p.Name] = p.Schema()
	}
	return map[string]any{"type": "object", "description": "makes some jobs go wrong on purpose", "properties": properties, "additionalProperties": false}
}
