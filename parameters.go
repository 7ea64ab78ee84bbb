package aurea

import "fmt"

// readParameters reads an object by its declared parameters: the values that
// were given and are right, by name, in their Go types. What is wrong goes to
// found.
func readParameters(parameters []Parameter, value any, location string, found *problems) map[string]any {
	object, ok := value.(map[string]any)
	if !ok {
		found.add(location, "must be an object; got %s", show(value))
		return nil
	}
	names := make([]string, len(parameters))
	values := map[string]any{}
	for i, p := range parameters {
		names[i] = p.Name
		raw, given := object[p.Name]
		if !given {
			if p.Required {
				found.add(join(location, p.Name), "is needed: %s", p.Doc)
			}
			continue
		}
		if parsed := p.read(raw, join(location, p.Name), found); parsed != nil {
			values[p.Name] = parsed
		}
	}
	rejectUnknown(object, location, names, found)
	return values
}

// read parses a value, and what it is made of; nil when it is wrong.
func (p Parameter) read(value any, location string, found *problems) any {
	switch p.Type {
	case Object:
		values := readParameters(p.Members, value, location, found)
		addDefaults(p.Members, values)
		return values
	case List:
		return p.readList(value, location, found)
	case Work:
		return *readWorkload(value, location, found)
	}
	parsed, err := p.Parse(value)
	if err != nil {
		found.add(location, "%v", err)
		return nil
	}
	return parsed
}

func (p Parameter) readList(value any, location string, found *problems) []any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if float64(len(list)) < p.Min || float64(len(list)) > p.Max {
		found.add(location, "must be %s; got %d", p.Rule(), len(list))
		return nil
	}
	items := make([]any, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", location, i)
		if !ok {
			at = location
		}
		items[i] = p.Items.read(item, at, found)
	}
	return items
}

// addDefaults gives every parameter that has a default and no value the
// default.
func addDefaults(parameters []Parameter, values map[string]any) {
	for _, p := range parameters {
		if _, ok := values[p.Name]; !ok && p.Default != nil && values != nil {
			values[p.Name] = p.Default
		}
	}
}

// ReadParameters reads the parameters of a workload by their declaration. Every
// declared parameter with a default is in the answer; the error is an
// *InvalidError with the location of each wrong one.
func ReadParameters(parameters []Parameter, given map[string]any, location string) (map[string]any, error) {
	var found problems
	if given == nil {
		given = map[string]any{}
	}
	values := readParameters(parameters, given, location, &found)
	addDefaults(parameters, values)
	return values, found.err()
}
