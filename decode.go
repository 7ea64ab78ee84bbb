package aurea

import "github.com/aurea-orchestrator/aurea/param"

// DecodeSpec reads a spec from JSON and checks every rule that needs only the
// spec. It does not check the parameters of the workload: which there are
// depends on the kinds of the host. The error is an *InvalidError that names
// every wrong field. The Spec returned with an error has the fields that could
// be read; it must not be executed. DecodeSpec uses memory in proportion to the
// document, never to the numbers in it.
func DecodeSpec(data []byte) (Spec, error) {
	object, err := param.DecodeObject(data)
	if err != nil {
		return Spec{}, err
	}
	var spec Spec
	var found param.Problems
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	param.RejectUnknown(object, "", names, &found)
	for _, f := range fields {
		if value, given := object[f.Name]; given {
			f.read(&spec, f.Parameter, value, &found)
		}
	}
	if len(found) == 0 {
		spec.checkRules(&found)
	}
	return spec, found.Err()
}
