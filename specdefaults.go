package aurea

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

const defaultsField = "defaults"

// BaseURL is the member of defaults that relative URLs of workloads follow.
const BaseURL = "base_url"

// defaultsParameter declares the defaults of a spec.
var defaultsParameter = param.Parameter{
	Name: defaultsField, Type: param.Object,
	Doc: "parameters by the kind of workload, which workloads, parts and steps of that kind inherit",
}

// A defaulter fills in the parameters that workloads inherit.
type defaulter struct {
	families map[string]any
	kinds    []string // of the workloads
	size     int      // of what they have inherited so far
	found    *param.Problems
}

// maxInherited limits the characters that all workloads inherit, as each has a copy
// in the stored spec.
const maxInherited = 1 << 20

// applyDefaults removes the defaults from the fields of a spec and fills them in
// where workloads lack them. It changes the object, and nothing within it.
func applyDefaults(object map[string]any, found *param.Problems) {
	value, given := object[defaultsField]
	if !given {
		return
	}
	delete(object, defaultsField)
	families, ok := value.(map[string]any)
	if !ok {
		found.Add(defaultsField, `must be an object of parameters by kind, such as {"http": {"timeout": "5s"}}; got %s`,
			param.Describe(value))
		return
	}
	d := defaulter{families: families, found: found}
	for _, kind := range slices.Sorted(maps.Keys(families)) {
		family, ok := families[kind].(map[string]any)
		if _, text := family[BaseURL].(string); !ok || family[BaseURL] != nil && !text {
			found.Add(param.Join(defaultsField, param.Clip(kind)), "must be an object of parameters; got %s",
				param.Describe(families[kind]))
		}
	}
	for _, name := range []string{"workload", "scenarios"} {
		if workloads, given := object[name]; given {
			object[name] = d.fill(workloads)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(families)) {
		if !slices.Contains(d.kinds, kind) {
			d.refuse(kind)
		}
	}
}

// refuse adds a problem for the defaults of a kind that no workload has.
func (d *defaulter) refuse(kind string) {
	message := "is for no workload of the spec, as none is of that kind"
	if near := param.Closest(kind, d.kinds); near != "" {
		message += "; did you mean " + near + "?"
	}
	d.found.Add(param.Join(defaultsField, param.Clip(kind)), "%s", message)
}

// fill returns a copy of a workload, or of what contains some, with what they
// inherit.
func (d *defaulter) fill(value any) any {
	switch value := value.(type) {
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = d.fill(item)
		}
		return items
	case map[string]any:
		object := maps.Clone(value)
		if kind, ok := object["kind"].(string); ok {
			d.kinds = append(d.kinds, kind)
			if family, _ := d.families[kind].(map[string]any); d.fits(family) {
				inherit(object, family)
			}
		}
		for _, name := range []string{"parts", "steps", "workload"} {
			if inner, given := object[name]; given {
				object[name] = d.fill(inner)
			}
		}
		return object
	}
	return value
}

// fits reports whether another workload may inherit the parameters of a family.
func (d *defaulter) fits(family map[string]any) bool {
	before := d.size
	d.size += textSize(family)
	if before <= maxInherited && d.size > maxInherited {
		d.found.Add(defaultsField, "would be inherited more often than there is room for: "+
			"up to %d characters over all workloads", maxInherited)
	}
	return d.size <= maxInherited
}

// textSize returns the characters of a decoded value, approximately.
func textSize(value any) int {
	size := 8
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			size += len(name) + textSize(member)
		}
	case []any:
		for _, item := range value {
			size += textSize(item)
		}
	case string:
		size += len(value)
	}
	return size
}

// requestContents are the parameters of http jobs of which a workload has at most
// one.
var requestContents = []string{"body", "body_base64", "body_file", "form", "multipart"}

// inherit adds the parameters of a family that a workload lacks. Objects are
// joined, but for the content of a request, and headers by their names in any
// case.
func inherit(object, family map[string]any) {
	hasContent := slices.ContainsFunc(requestContents, func(name string) bool {
		_, given := object[name]
		return given
	})
	for _, name := range slices.Sorted(maps.Keys(family)) {
		own, given := object[name]
		switch {
		case name == BaseURL:
			base, _ := family[BaseURL].(string)
			object["url"] = joinURL(base, object["url"])
		case hasContent && slices.Contains(requestContents, name):
		case name == "headers" && given:
			object[name] = joinHeaders(own, family[name])
		case given:
			object[name] = joinObjects(own, family[name])
		default:
			object[name] = family[name]
		}
	}
}

// joinObjects returns an object with the members of another one that it lacks. It
// returns any other value as it is.
func joinObjects(own, inherited any) any {
	object, ok := own.(map[string]any)
	below, both := inherited.(map[string]any)
	if !ok || !both {
		return own
	}
	joined := maps.Clone(below)
	for name, value := range object {
		joined[name] = joinObjects(value, below[name])
	}
	return joined
}

// joinURL returns a URL that is relative to a base: one without a scheme. The
// base keeps its path, and stands for an absent URL.
func joinURL(base string, value any) any {
	text, ok := value.(string)
	switch {
	case value == nil:
		return base
	case !ok || strings.Contains(text, "://"):
		return value
	case text == "" || strings.HasPrefix(text, "?"):
		return base + text
	}
	return strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(text, "/")
}

// joinHeaders returns the lines of own headers, and before them the inherited ones
// of other names. Headers are an object, or a list of "Name: value".
func joinHeaders(own, inherited any) any {
	ownLines, ok := headerLines(own)
	below, both := headerLines(inherited)
	if !ok || !both {
		return own
	}
	var joined []any
	for _, line := range below {
		if !slices.ContainsFunc(ownLines, func(other [2]string) bool { return strings.EqualFold(line[0], other[0]) }) {
			joined = append(joined, line[0]+": "+line[1])
		}
	}
	for _, line := range ownLines {
		joined = append(joined, line[0]+": "+line[1])
	}
	return joined
}

// headerLines returns the names and values of headers. It is not ok if they are
// of another form.
func headerLines(headers any) (lines [][2]string, ok bool) {
	switch headers := headers.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			values, ok := headers[name].([]any)
			if !ok {
				values = []any{headers[name]}
			}
			for _, value := range values {
				text, ok := value.(string)
				if !ok {
					return nil, false
				}
				lines = append(lines, [2]string{name, text})
			}
		}
		return lines, true
	case []any:
		for _, item := range headers {
			name, value, ok := strings.Cut(fmt.Sprint(item), ":")
			if !ok {
				return nil, false
			}
			lines = append(lines, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
		return lines, true
	}
	return nil, false
}
