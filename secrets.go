package aurea

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// Masked stands for a secret in what is kept and shown of a run.
const Masked = "***"

var (
	// secretName is the name of a header or of a URL's parameter that holds one.
	secretName = regexp.MustCompile(`(?i)authori[sz]ation|cookie|secret|token|passw|pwd|credential|signature|session|api[-_]?key|(^|[-_])(key|auth|sig|jwt)($|[-_])`)
	// harmlessName is that of a header with such a name that holds none.
	harmlessName = regexp.MustCompile(`(?i)^(idempotency-key|sec-websocket-key)$`)
	// urlPassword is the password of a URL, behind its user's name.
	urlPassword = regexp.MustCompile(`(://[^/?#\s:@]*:)([^/?#\s@]+)(@)`)
	// urlParameter is a parameter of a URL, and of a form.
	urlParameter = regexp.MustCompile(`([?&;])([^=&;#\s]+)=([^&;#\s]*)`)
)

// Mask is the spec with Masked in place of the secrets of its workload: the values
// of headers such as Authorization and Cookie, and of those whose name speaks of a
// key, a token or a password; passwords and such parameters in URLs; private keys.
// What jobs send besides, as a body, is no secret here. A spec without any is
// returned as it is; the given one is not changed.
func (s Spec) Mask() Spec {
	if s.Workload == nil {
		return s
	}
	mask := func(string, string) string { return Masked }
	if masked, changed := walk(s.Workload.Parameters, "workload", mask); changed {
		s.Workload = &Workload{Kind: s.Workload.Kind, Parameters: masked.(map[string]any)}
	}
	return s
}

// CheckUnmasked is nil for a spec that can be executed, and an InvalidError for
// one that was read from a kept run, in which secrets are masked: it names those
// that have to be given again.
func (s Spec) CheckUnmasked() error {
	if s.Workload == nil {
		return nil
	}
	var found param.Problems
	walk(s.Workload.Parameters, "workload", func(at, secret string) string {
		if secret == Masked {
			found.Add(at, "is masked, as the secrets of a kept run are; give it again")
		}
		return secret
	})
	slices.SortFunc(found, func(a, b FieldError) int { return strings.Compare(a.Location, b.Location) })
	return found.Err()
}

// Mask is the run with the secrets of its spec, and of its result's, masked. What
// is not changed is shared.
func (r Run) Mask() Run {
	r.Spec = r.Spec.Mask()
	if r.Result != nil {
		result := *r.Result
		result.Spec = result.Spec.Mask()
		result.Errors = maskErrors(result.Errors)
		r.Result = &result
	}
	return r
}

// maskErrors masks what is said of the first job that met each class of error: it
// may quote a URL.
func maskErrors(classes []ErrorClass) []ErrorClass {
	classes = slices.Clone(classes)
	for i := range classes {
		classes[i].Sample, _ = maskURL(classes[i].Sample, "", func(string, string) string { return Masked })
	}
	return classes
}

// Mask is the listed run with its secrets masked. One that has none, as most, costs
// a look through its spec; one that cannot be read is returned as it is.
func (l RunSummary) Mask() RunSummary {
	signs := []string{`"headers"`, `"key"`, "@", "="}
	if !slices.ContainsFunc(signs, func(sign string) bool { return bytes.Contains(l.Spec, []byte(sign)) }) {
		return l
	}
	var spec Spec
	if err := json.Unmarshal(l.Spec, &spec); err != nil || !spec.hasSecrets() {
		return l
	}
	run, err := l.Decode()
	if err != nil {
		return l
	}
	masked, err := run.Mask().Summary()
	if err != nil {
		return l
	}
	return masked
}

// hasSecrets reports whether there is something to mask.
func (s Spec) hasSecrets() bool {
	found := false
	if s.Workload != nil {
		walk(s.Workload.Parameters, "", func(_, secret string) string {
			found = found || secret != Masked
			return secret
		})
	}
	return found
}

// walk replaces the secrets in the parameters of a workload, and of those within
// it. What it does not change it does not copy.
func walk(value any, at string, replace func(at, secret string) string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		return walkMembers(value, at, replace)
	case []any:
		items, changed := value, false
		for i, item := range value {
			if with, other := walk(item, fmt.Sprintf("%s[%d]", at, i), replace); other {
				if !changed {
					items, changed = slices.Clone(value), true
				}
				items[i] = with
			}
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
		with, other := walkMember(name, value, strings.TrimPrefix(at+"."+name, "."), replace)
		if !other {
			continue
		}
		if !changed {
			members, changed = maps.Clone(object), true
		}
		members[name] = with
	}
	return members, changed
}

// walkMember replaces the secrets of one parameter.
func walkMember(name string, value any, at string, replace func(at, secret string) string) (any, bool) {
	text, isText := value.(string)
	switch {
	case name == "body", name == "expect":
		return value, false
	case name == "headers":
		return walkHeaders(value, at, replace)
	case name == "key" && isText && strings.Contains(text, "PRIVATE KEY"), name == "key" && text == Masked:
		with := replace(at, text)
		return with, with != text
	}
	return walk(value, at, replace)
}

// walkHeaders replaces those headers whose names say that they hold a secret. They
// are an object, or a list of "Name: value".
func walkHeaders(value any, at string, replace func(at, secret string) string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		headers, changed := maps.Clone(value), false
		for name, content := range value {
			with, other := walkHeader(name, content, at+"."+name, replace)
			headers[name], changed = with, changed || other
		}
		return headers, changed
	case []any:
		headers, changed := slices.Clone(value), false
		for i, line := range value {
			text, _ := line.(string)
			name, content, found := strings.Cut(text, ":")
			if with, other := walkHeader(name, strings.TrimSpace(content), fmt.Sprintf("%s[%d]", at, i), replace); found && other {
				headers[i], changed = name+": "+with.(string), true
			}
		}
		return headers, changed
	}
	return value, false
}

// walkHeader replaces the value of a header, which may be several.
func walkHeader(name string, value any, at string, replace func(at, secret string) string) (any, bool) {
	name = strings.TrimSpace(name)
	if !secretName.MatchString(name) || harmlessName.MatchString(name) {
		return walk(value, at, replace)
	}
	switch value := value.(type) {
	case string:
		with := replace(at, value)
		return with, with != value
	case []any:
		values, changed := slices.Clone(value), false
		for i, each := range value {
			with, other := walkHeader(name, each, fmt.Sprintf("%s[%d]", at, i), replace)
			values[i], changed = with, changed || other
		}
		return values, changed
	}
	return value, false
}

// maskURL replaces the password and the secret parameters of the URLs in a text.
func maskURL(text, at string, replace func(at, secret string) string) (string, bool) {
	if !strings.Contains(text, "://") {
		return text, false
	}
	with := urlPassword.ReplaceAllStringFunc(text, func(part string) string {
		pieces := urlPassword.FindStringSubmatch(part)
		return pieces[1] + replace(at, pieces[2]) + pieces[3]
	})
	with = urlParameter.ReplaceAllStringFunc(with, func(part string) string {
		pieces := urlParameter.FindStringSubmatch(part)
		if !secretName.MatchString(pieces[2]) {
			return part
		}
		return pieces[1] + pieces[2] + "=" + replace(at, pieces[3])
	})
	return with, with != text
}
