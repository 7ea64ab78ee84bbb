package aurea

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// Masked replaces every secret in stored and displayed runs.
const Masked = "***"

var (
	// secretName matches the name of a header or of a URL's parameter that has a
	// secret.
	secretName = lazyregexp.New(`(?i)authori[sz]ation|cookie|secret|token|passw|pwd|credential|signature|session` +
		`|api[-_]?key|(^|[-_])(key|auth|sig|jwt)($|[-_])`)
	// harmlessName matches the name of a header that secretName matches and that has
	// no secret.
	harmlessName = lazyregexp.New(`(?i)^(idempotency-key|sec-websocket-key)$`)
)

// Mask returns the spec with Masked in place of its Secrets and of what else is
// secret in its workload: headers such as Authorization and Cookie, headers named after
// a key, a token or a password, such parameters of URLs, forms and programs, passwords
// and lone user names in URLs, and private keys. Other bodies are not masked. Mask does
// not change s; a spec without secrets is returned as it is.
func (s Spec) Mask() Spec {
	s = s.maskNamed()
	s.Scenarios = mapScenarios(s.Scenarios, Spec.Mask)
	if s.Workload == nil {
		return s
	}
	mask := func(string, string) string { return Masked }
	if masked, changed := walk(s.Workload.Parameters, "workload", mask); changed {
		s.Workload = &Workload{Kind: s.Workload.Kind, Parameters: masked.(map[string]any)}
	}
	return s
}

// CheckUnmasked returns an *InvalidError if the spec has masked secrets, as the
// spec of a stored run has. The error names each secret to provide again.
func (s Spec) CheckUnmasked() error {
	var found param.Problems
	s.checkNamed(&found)
	for at, w := range s.Workloads() {
		walk(w.Parameters, at, func(at, secret string) string {
			if secret == Masked {
				found.Add(at, "is masked, as the secrets of a kept run are; give it again")
			}
			return secret
		})
	}
	slices.SortFunc(found, func(a, b FieldError) int { return strings.Compare(a.Location, b.Location) })
	return found.Err()
}

// Mask returns the run with the secrets of its spec and its result masked. The
// copy shares everything that has no secrets.
func (r Run) Mask() Run {
	r.Spec = r.Spec.Mask()
	if r.Result != nil {
		result := *r.Result
		result.Errors = maskErrors(result.Errors, result.Spec.Secrets)
		result.Scenarios = slices.Clone(result.Scenarios)
		for i := range result.Scenarios {
			result.Scenarios[i].Errors = maskErrors(result.Scenarios[i].Errors, result.Spec.Secrets)
		}
		result.Name = result.Spec.Secrets.Mask(result.Name)
		result.Warnings = slices.Clone(result.Warnings)
		for i, warning := range result.Warnings {
			result.Warnings[i] = result.Spec.Secrets.MaskText(warning)
		}
		result.Spec = result.Spec.Mask()
		r.Result = &result
	}
	return r
}

// maskErrors masks the samples of error classes, which may quote a URL or a
// secret.
func maskErrors(classes []ErrorClass, secrets Secrets) []ErrorClass {
	classes = slices.Clone(classes)
	for i := range classes {
		classes[i].Sample = secrets.MaskText(classes[i].Sample)
	}
	return classes
}

// Mask returns the summary with its secrets masked. A summary without secrets, as
// most are, costs a search in its spec. One that cannot be decoded is returned as
// it is.
func (s RunSummary) Mask() RunSummary {
	hints := append([]string{"key", "multipart"}, fieldLists...)
	hinted := func(hint string) bool { return bytes.Contains(s.Spec, []byte(`"`+hint+`"`)) }
	if !slices.ContainsFunc(hints, hinted) && !bytes.ContainsAny(s.Spec, "@=") {
		return s
	}
	var spec Spec
	if err := json.Unmarshal(s.Spec, &spec); err != nil || !spec.hasSecrets() {
		return s
	}
	run, err := s.Decode()
	if err != nil {
		return s
	}
	masked, err := run.Mask().Summary()
	if err != nil {
		return s
	}
	return masked
}

// hasSecrets reports whether the spec has a secret that is not masked.
func (s Spec) hasSecrets() bool {
	found := false
	for at, w := range s.Workloads() {
		walk(w.Parameters, at, func(_, secret string) string {
			found = found || secret != Masked
			return secret
		})
	}
	return found
}

// walk replaces the secrets in the parameters of a workload, also of nested
// workloads. replace returns the new text of a secret at a location. walk copies
// only what it changes; it returns the value and whether it has changed.
func walk(value any, at string, replace func(at, secret string) string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		return walkMembers(value, at, replace)
	case []any:
		items, changed := value, false
		for i, item := range value {
			replaced, differs := walk(item, fmt.Sprintf("%s[%d]", at, i), replace)
			if !differs {
				continue
			}
			if !changed {
				items, changed = slices.Clone(value), true
			}
			items[i] = replaced
		}
		return items, changed
	case string:
		return maskURL(value, at, replace)
	}
	return value, false
}

func walkMembers(object map[string]any, at string, replace func(at, secret string) string) (any, bool) {
	members, changed := object, false
	for name, value := range object {
		replaced, differs := walkMember(name, value, param.Join(at, name), replace)
		if !differs {
			continue
		}
		if !changed {
			members, changed = maps.Clone(object), true
		}
		members[name] = replaced
	}
	return members, changed
}

// fieldLists are the parameters with fields whose names tell whether they are
// secret.
var fieldLists = []string{"headers", "metadata", "form", "basic_auth", "args"}

// walkMember replaces the secrets in one parameter.
func walkMember(name string, value any, at string, replace func(at, secret string) string) (any, bool) {
	text, isText := value.(string)
	switch {
	case name == "body", name == "expect":
		return value, false
	case slices.Contains(fieldLists, name):
		return walkHeaders(value, at, replace)
	case name == "multipart":
		return walkParts(value, at, replace)
	case name == "key" && isText && strings.Contains(text, "PRIVATE KEY"), name == "key" && text == Masked:
		replaced := replace(at, text)
		return replaced, replaced != text
	}
	return walk(value, at, replace)
}

// walkHeaders replaces the values of headers, or of other fields, with secretName.
// They are an object or a list of "Name: value".
func walkHeaders(value any, at string, replace func(at, secret string) string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		headers, changed := maps.Clone(value), false
		for name, content := range value {
			replaced, differs := walkHeader(name, content, at+"."+name, replace)
			headers[name], changed = replaced, changed || differs
		}
		return headers, changed
	case []any:
		headers, changed := slices.Clone(value), false
		for i, line := range value {
			text, _ := line.(string)
			name, content, found := strings.Cut(text, ":")
			replaced, differs := walkHeader(name, strings.TrimSpace(content), fmt.Sprintf("%s[%d]", at, i), replace)
			if found && differs {
				headers[i], changed = name+": "+replaced.(string), true
			}
		}
		return headers, changed
	}
	return value, false
}

// walkParts replaces the values of the parts with secretName.
func walkParts(value any, at string, replace func(at, secret string) string) (any, bool) {
	listed, ok := value.([]any)
	if !ok {
		listed = []any{value} // a single part stands for the list
	}
	parts, changed := slices.Clone(listed), false
	for i, part := range parts {
		object, _ := part.(map[string]any)
		name, _ := object["name"].(string)
		for _, member := range []string{"value", "value_base64"} {
			content, given := object[member]
			if !given {
				continue
			}
			replaced, differs := walkHeader(name, content, fmt.Sprintf("%s[%d].%s", at, i, member), replace)
			if differs {
				object = maps.Clone(object)
				object[member] = replaced
				parts[i], changed = object, true
			}
		}
	}
	if !ok {
		return parts[0], changed
	}
	return parts, changed
}

// walkHeader replaces the value of a header, or each value of a list.
func walkHeader(name string, value any, at string, replace func(at, secret string) string) (any, bool) {
	name = strings.TrimSpace(name)
	if !secretName().MatchString(name) || harmlessName().MatchString(name) {
		return walk(value, at, replace)
	}
	switch value := value.(type) {
	case string:
		replaced := replace(at, value)
		return replaced, replaced != value
	case []any:
		values, changed := slices.Clone(value), false
		for i, each := range value {
			replaced, differs := walkHeader(name, each, fmt.Sprintf("%s[%d]", at, i), replace)
			values[i], changed = replaced, changed || differs
		}
		return values, changed
	}
	return value, false
}
