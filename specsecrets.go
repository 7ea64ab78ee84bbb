package aurea

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

const (
	maxSecrets = 32
	minSecret  = 4 // characters; the mask of a shorter text would hit other texts
)

// A Secret is a text of a spec that is masked wherever its run is stored or
// shown. Its name is that of the variable that it comes from.
type Secret struct {
	Name  string
	value string // "" once it is masked
}

// Secrets are the secrets of a spec. Their JSON is an object of names and values,
// which a spec needs on its way to the service. The JSON of masked ones is the
// list of their names. Secrets do not change.
type Secrets []Secret

// NewSecrets returns secrets with the given values by their names. Empty values
// are left out.
func NewSecrets(values map[string]string) (secrets Secrets) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] != "" {
			secrets = append(secrets, Secret{Name: name, value: values[name]})
		}
	}
	return secrets
}

// String returns the names of the secrets.
func (s Secrets) String() string { return strings.Join(s.names(), ", ") }

func (s Secrets) names() []string {
	names := make([]string, len(s))
	for i, secret := range s {
		names[i] = secret.Name
	}
	return names
}

// withoutValues returns the secrets as they are stored: names alone.
func (s Secrets) withoutValues() Secrets {
	bare := slices.Clone(s)
	for i := range bare {
		bare[i].value = ""
	}
	return bare
}

// Mask returns the text with Masked in place of each value. It finds values as
// they are, as URLs and JSON escape them, and cut off before an ellipsis.
func (s Secrets) Mask(text string) string {
	var forms []string
	for _, secret := range s {
		if secret.value != "" {
			forms = append(forms, formsOf(secret.value)...)
		}
	}
	if len(forms) == 0 {
		return text
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) }) // a value may contain another
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, Masked)
	}
	return strings.NewReplacer(pairs...).Replace(maskCut(text, forms))
}

// formsOf returns how a value may be written.
func formsOf(value string) []string {
	encoded, _ := json.Marshal(value) // a text cannot fail
	unescaped, _ := param.PlainJSON(value)
	forms := []string{
		value, url.QueryEscape(value), url.PathEscape(value), (&url.URL{Path: value}).EscapedPath(),
		strings.Trim(string(encoded), `"`), strings.Trim(string(unescaped), `"`), strings.Trim(strconv.Quote(value), `"`),
	}
	forms = append(forms, base64Forms(value)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// base64Forms returns what base64 makes of a value within a longer text: one form
// for each place that the value may have in a group of three bytes, without the
// characters that also depend on the text around it.
func base64Forms(value string) (forms []string) {
	const minForm = 6 // characters; a shorter one would hit other texts
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
		from := (before*8 + 5) / 6
		to := (before + len(value)) * 8 / 6
		if to-from < minForm {
			continue
		}
		form := encoded[from:to]
		forms = append(forms, form, strings.NewReplacer("+", "-", "/", "_").Replace(form))
	}
	return forms
}

// maskCut masks the beginning of a value that a message has cut off.
func maskCut(text string, forms []string) string {
	const ellipsis = "…"
	parts := strings.Split(text, ellipsis)
	for i := range parts[:len(parts)-1] {
		for _, form := range forms {
			for n := len(form) - 1; n >= minSecret; n-- {
				if before, found := strings.CutSuffix(parts[i], form[:n]); found {
					parts[i] = before + Masked
					break
				}
			}
		}
	}
	return strings.Join(parts, ellipsis)
}

// MaskError returns an error with a message that MaskText has masked, which wraps
// err. An *InvalidError stays one. An error without secrets is returned as it is.
func (s Secrets) MaskError(err error) error {
	if err == nil || s.MaskText(err.Error()) == err.Error() {
		return err
	}
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		masked := &InvalidError{Fields: slices.Clone(invalid.Fields)}
		for i := range masked.Fields {
			masked.Fields[i].Message = s.MaskText(masked.Fields[i].Message)
		}
		return masked
	}
	return &maskedError{s.MaskText(err.Error()), err}
}

// A maskedError is an error whose own message has a secret.
type maskedError struct {
	message string
	err     error
}

func (e *maskedError) Error() string { return e.message }

// Unwrap returns the error with the secret.
func (e *maskedError) Unwrap() error { return e.err }

// maskNamed returns the spec with its secrets masked in its texts, and without
// their values.
func (s Spec) maskNamed() Spec {
	if !slices.ContainsFunc(s.Secrets, func(secret Secret) bool { return secret.value != "" }) {
		return s
	}
	s.Name = s.Secrets.Mask(s.Name)
	if s.Labels != nil {
		labels := make(map[string]string, len(s.Labels))
		for key, text := range s.Labels {
			labels[s.Secrets.Mask(key)] = s.Secrets.Mask(text)
		}
		s.Labels = labels
	}
	if s.Data != nil {
		s.Data = &Data{File: s.Secrets.Mask(s.Data.File), Order: s.Data.Order}
	}
	if s.Replay != nil {
		s.Replay = &Replay{Column: s.Secrets.Mask(s.Replay.Column), Speed: s.Replay.Speed}
	}
	if s.Workload != nil {
		masked := mapTexts(s.Workload.Parameters, "", func(_, text string) string { return s.Secrets.Mask(text) })
		s.Workload = &Workload{Kind: s.Workload.Kind, Parameters: masked.(map[string]any)}
	}
	s.Scenarios = mapScenarios(s.Scenarios, func(scenario Spec) Spec {
		scenario.Secrets = s.Secrets // which are those of the whole spec
		scenario = scenario.maskNamed()
		scenario.Secrets = nil
		return scenario
	})
	s.Secrets = s.Secrets.withoutValues()
	return s
}

// mapTexts returns a copy of a decoded value with other texts and keys. Numbers
// count as texts; one that changes becomes a text.
func mapTexts(value any, at string, change func(at, text string) string) any {
	switch value := value.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			members[change(at, name)] = mapTexts(member, param.Join(at, name), change)
		}
		return members
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = mapTexts(item, at+"["+strconv.Itoa(i)+"]", change)
		}
		return items
	case string:
		return change(at, value)
	case json.Number:
		if changed := change(at, value.String()); changed != value.String() {
			return changed
		}
	}
	return value
}

// checkNamed adds a problem for each secret without its value, and for the texts
// that are masked because of it.
func (s Spec) checkNamed(found *param.Problems) {
	for _, secret := range s.Secrets {
		if secret.value == "" {
			found.Add("secrets", "%s has no value here; run the spec file with %s set, or give the secrets as an object "+
				"of names and values", secret.Name, secret.Name)
		}
	}
	if len(*found) == 0 {
		return
	}
	for at, w := range s.Workloads() {
		mapTexts(w.Parameters, at, func(at, text string) string {
			if strings.Contains(text, Masked) && text != Masked {
				found.Add(at, "has a masked part, as the secrets of a kept run are; give it again")
			}
			return text
		})
	}
}

// resultName matches the location of a name of a step or a part, which results have.
var resultName = lazyregexp.New(`\.(steps|parts)\[[0-9]+\]\.name$`)

// checkSecretNames adds a problem for each name that has a secret in it and that
// results, metrics and traces show.
func (s Spec) checkSecretNames(found *param.Problems) {
	check := func(at, name string) string {
		if s.Secrets.Mask(name) != name {
			found.Add(at, "has a secret in it, and results show the name; give another")
		}
		return name
	}
	for i, scenario := range s.Scenarios {
		check(param.Join(scenarioAt(i), "name"), scenario.Name)
	}
	if len(s.Secrets) == 0 {
		return
	}
	for at, w := range s.Workloads() {
		mapTexts(w.Parameters, at, func(at, text string) string {
			if resultName().MatchString(at) {
				check(at, text)
			}
			return text
		})
	}
}

// MarshalJSON encodes the values by their names. Without values it encodes the
// list of names.
func (s Secrets) MarshalJSON() ([]byte, error) {
	values := map[string]string{}
	for _, secret := range s {
		if secret.value == "" {
			return json.Marshal(s.names())
		}
		values[secret.Name] = secret.value
	}
	return json.Marshal(values)
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (s *Secrets) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(slices.Concat([]byte(`{"secrets":`), data, []byte("}")))
	if err != nil {
		return err
	}
	var found param.Problems
	*s = parseSecrets("secrets", object["secrets"], &found)
	return found.Err()
}

// secretForms declares the forms of the secrets.
var secretForms = []param.Parameter{
	{Type: param.List, Max: maxSecrets, ListOnly: true, Doc: "variables of the environment, in a spec file",
		Items: &param.Parameter{Type: param.Text, Max: maxText, Doc: "the name of a variable"}},
	{Type: param.StringMap, Max: maxSecrets, Doc: "values by their names"},
}

// variableName matches the name of a variable of the environment.
var variableName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

func readSecrets(s *Spec, p param.Parameter, value any, found *param.Problems) {
	s.Secrets = parseSecrets(p.Name, value, found)
}

// parseSecrets reads secrets that it finds at a location. No message repeats a
// value.
func parseSecrets(location string, value any, found *param.Problems) (secrets Secrets) {
	named := map[string]bool{}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			text, ok := value[name].(string)
			at := param.Join(location, param.Clip(name))
			if !ok {
				found.Add(at, "must be a string")
			} else if utf8.RuneCountInString(text) < minSecret {
				found.Add(at, "must have %d characters or more, or other texts would be masked with it", minSecret)
			}
			secrets = append(secrets, Secret{Name: name, value: text})
		}
	case []any:
		for i, item := range value {
			name, ok := item.(string)
			if !ok || named[name] {
				found.Add(location+"["+strconv.Itoa(i)+"]", "must be the name of a variable, given once; got %s",
					param.Describe(item))
			}
			named[name] = true
			secrets = append(secrets, Secret{Name: name})
		}
	default:
		found.Add(location, `must be a list of names such as ["TOKEN"], or an object of names and values`)
	}
	for _, secret := range secrets {
		if !variableName().MatchString(secret.Name) || len(secret.Name) > maxText {
			found.Add(location, "must have names of variables, of letters, digits and _; got %s",
				param.Describe(secret.Name))
		}
	}
	if len(secrets) > maxSecrets {
		found.Add(location, "must be up to %d secrets; got %d", maxSecrets, len(secrets))
	}
	return secrets
}
