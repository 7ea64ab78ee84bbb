package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/specfile"
	"github.com/aurea-orchestrator/aurea/param"
)

// variableReference matches what stands between ${ and }: a name, and a default.
var variableReference = lazyregexp.New(`(?s)^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$`)

// A variableExpander replaces ${NAME} in the values of a spec file. The
// environment is that of the command: a service never sees one of its own.
type variableExpander struct {
	document *specDocument
	lookup   func(name string) string // "" if a variable is not set
	secrets  map[string]string        // the names of the secrets, and the values that they have had
	used     map[string]bool
	found    param.Problems
}

// expandVariables replaces ${NAME} and ${NAME:-default} in the values of the file.
// The values of the secrets then stand in the field secrets, by their names.
func (d *specDocument) expandVariables() error {
	x := variableExpander{document: d, lookup: os.Getenv, secrets: map[string]string{}, used: map[string]bool{}}
	names, _ := d.fields["secrets"].([]any)
	for _, name := range names {
		if text, ok := name.(string); ok {
			x.secrets[text] = ""
		}
	}
	fields, _ := x.expand(d.fields, nil, "").(map[string]any)
	d.fields = fields
	x.checkSecrets(names)
	if len(names) > 0 && len(x.found) == 0 {
		values := map[string]any{}
		for name, value := range x.secrets {
			values[name] = value
		}
		d.fields["secrets"] = values
	}
	err := d.locate(x.found.Err())
	for _, wrong := range x.found {
		d.file.Mistakes = append(d.file.Mistakes, wrong.Location)
	}
	return err
}

// expand returns a copy of a value in which the variables are replaced.
func (x *variableExpander) expand(value any, at []step, location string) any {
	switch value := value.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for _, name := range slices.Sorted(maps.Keys(value)) {
			members[name] = x.expand(value[name], append(slices.Clip(at), step{name, -1}), param.Join(location, name))
		}
		return members
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = x.expand(item, append(slices.Clip(at), step{item: i}), fmt.Sprintf("%s[%d]", location, i))
		}
		return items
	case string:
		if strings.Contains(value, "${") {
			return x.expandText(value, at, location)
		}
	}
	return value
}

// expandText returns the value of a text. Where the spec has a number or a
// boolean, and where a YAML file has no quotes and the spec declares nothing, the
// value is read like one that is written there.
func (x *variableExpander) expandText(text string, at []step, location string) any {
	expanded, err := specfile.ReplaceVariables(text, func(reference string) (string, error) {
		return x.value(reference, location)
	})
	if err != nil {
		x.found.Add(location, "%v", err)
		return text
	}
	switch x.document.typeOf(at) {
	case param.Text, param.Duration, param.FieldList, param.StringMap:
		return expanded
	case param.Integer, param.Number, param.Boolean:
		return parseScalar(expanded)
	}
	if x.document.file.owner(location).IsPlain(location) {
		if value, err := specfile.DecodePlain(expanded); err == nil && value != nil {
			return value
		}
	}
	return expanded
}

// value returns the value of a reference such as NAME:-default.
func (x *variableExpander) value(reference, location string) (string, error) {
	parts := variableReference().FindStringSubmatch(reference)
	if parts == nil {
		return "", fmt.Errorf("has ${%s}, which is not the name of a variable, such as ${TARGET} or ${TARGET:-default}; "+
			"write $${ for ${ itself", param.Clip(reference))
	}
	name, hasDefault := parts[1], strings.Contains(reference, ":-")
	value := x.lookup(name)
	if value == "" && !hasDefault {
		return "", fmt.Errorf("needs the variable %s of the environment, which is not set; set it, "+
			"or give a default as ${%s:-default}", name, name)
	}
	x.used[name] = true
	value = cmp.Or(value, parts[2])
	if _, secret := x.secrets[name]; secret {
		return value, x.addSecret(name, value, location)
	}
	return value, nil
}

// maskedField matches the locations at which secrets are masked.
var maskedField = lazyregexp.New(`^(workload|defaults|name|labels|scenarios\[[0-9]+\]\.workload)($|[.\[])`)

// addSecret notes the value of a secret. Secrets may stand only where they are
// masked.
func (x *variableExpander) addSecret(name, value, location string) error {
	if !maskedField().MatchString(location) {
		return fmt.Errorf("cannot contain %s, which is a secret: secrets stand in the workload", name)
	}
	if before := x.secrets[name]; before != "" && before != value {
		return fmt.Errorf("has another default for the secret %s than there is before; give one", name)
	}
	x.secrets[name] = value
	return nil
}

// checkSecrets adds a problem for each secret that the file does not use: a
// mistyped name would leave the value in what is stored.
func (x *variableExpander) checkSecrets(names []any) {
	for i, item := range names {
		name, ok := item.(string)
		if !ok || x.used[name] || len(x.found) > 0 {
			continue
		}
		message := fmt.Sprintf("%s is nowhere in the file as ${%s}", name, name)
		if near := param.Closest(name, slices.Sorted(maps.Keys(x.used))); near != "" {
			message += "; did you mean " + near + "?"
		}
		x.found.Add(fmt.Sprintf("secrets[%d]", i), "%s", message)
	}
}

// maskSecrets masks the secrets of the document in the messages of an error.
func (d *specDocument) maskSecrets(err error) error {
	members, ok := d.fields["secrets"].(map[string]any)
	if err == nil || !ok {
		return err
	}
	values := map[string]string{}
	for name, value := range members {
		values[name], _ = value.(string)
	}
	return aurea.NewSecrets(values).MaskError(err)
}
