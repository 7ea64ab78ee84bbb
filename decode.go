package aurea

import "github.com/aurea-orchestrator/aurea/param"

// DecodeSpec reads a spec from JSON and checks every rule that needs only the
// spec. It does not check the parameters of the workload: which there are
// depends on the kinds of the host. The error is an *InvalidError that names
// every wrong field. The Spec returned with an error has the fields that could
// be read; it must not be executed. DecodeSpec uses memory in proportion to the
// document, never to the numbers in it.
func DecodeSpec(data []byte) (Spec, error) {
	return DecodeSpecNaming(data, func(field string) string { return field })
}

// DecodeSpecNaming is DecodeSpec for a spec that was not written as a document,
// such as one made of flags: messages call a field what name returns for it.
// Locations stay those of the document.
func DecodeSpecNaming(data []byte, name func(field string) string) (Spec, error) {
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
	if _, given := object["extends"]; given {
		delete(object, "extends")
		found.Add("extends", "is for a spec file, which aurea run reads; the service reads none: send the merged spec")
	}
	applyDefaults(object, &found)
	param.RejectUnknown(object, "", names, &found)
	if _, several := object["scenarios"]; several {
		refuseBeside(object, name, &found)
	}
	for _, f := range fields {
		if value, given := object[f.Name]; given {
			f.read(&spec, f.Parameter, value, &found)
		}
	}
	if len(found) == 0 {
		spec.checkRules(name, &found)
	}
	return spec, spec.Secrets.MaskError(found.Err())
}
