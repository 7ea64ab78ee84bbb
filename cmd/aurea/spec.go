package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// A specDocument is a spec on its way to DecodeSpec: a file, what the environment
// adds to it, and what flags change of that. It is able to say where each of its
// fields came from.
type specDocument struct {
	file   *specFile // nil without one
	fields map[string]any
	// origins has, by location, what set a field if that was not the file: --jobs,
	// AUREA_JOBS or the argument.
	origins map[string]string
	stdin   io.Reader // nil when it has been read
}

// argumentOrigin is the origin of a workload that is given as a URL.
const argumentOrigin = "the argument"

// readSpec makes the spec of a command: the file or URL, if there is one, with
// the environment below it and the flags laid over it. An error has every
// mistake, with the line of the file, the flag or the variable.
func readSpec(command *cobra.Command, args []string) (aurea.Spec, *specDocument, error) {
	d := &specDocument{fields: map[string]any{}, origins: map[string]string{}, stdin: command.InOrStdin()}
	var fileErr error
	switch {
	case len(args) == 1 && isURL(args[0]):
		d.setField("workload", argumentOrigin, map[string]any{"kind": "http", "url": args[0]})
	case len(args) == 1:
		if fileErr = d.load(args[0]); d.fields == nil {
			return aurea.Spec{}, d, fileErr
		}
	}
	environment, commandLine := layer{command.Flags(), true}, layer{command.Flags(), false}
	for _, apply := range []func() error{
		func() error { return d.applyFlags(environment) },
		func() error { return d.applyFlags(commandLine) },
		func() error { return d.applyParams(commandLine) },
		func() error { return d.addEnvironmentParams(environment, command) },
	} {
		if err := apply(); err != nil {
			return aurea.Spec{}, d, err
		}
	}
	if _, given := d.fields["include_jobs"]; !given {
		d.fields["include_jobs"] = false
	}
	encoded, err := json.Marshal(d.fields)
	if err != nil {
		return aurea.Spec{}, d, usageErrorf("cannot read the spec: %v", err)
	}
	spec, err := aurea.DecodeSpec(encoded)
	if err != nil || fileErr != nil {
		err = joinFieldErrors(fileErr, d.locate(err), d.checkWorkload(spec))
	}
	return spec, d, err
}

// checkWorkload finds mistakes in the workload of a spec that has others, too.
func (d *specDocument) checkWorkload(spec aurea.Spec) error {
	if spec.Workload == nil || spec.Workload.Kind == "" {
		return nil
	}
	return d.locate(workload.CheckParameters(*spec.Workload))
}

// joinFieldErrors joins errors into one that has all of the wrong fields.
func joinFieldErrors(errs ...error) error {
	all := &aurea.InvalidError{}
	for _, err := range errs {
		var invalid *aurea.InvalidError
		if errors.As(err, &invalid) {
			all.Fields = append(all.Fields, invalid.Fields...)
		} else if err != nil {
			return err
		}
	}
	return all
}

// load reads a file or standard input. With an error about mistakes in it the
// document has what could be read of it.
func (d *specDocument) load(name string) error {
	file, err := readSpecFile(name, d.stdin)
	if name == "-" {
		d.stdin = nil
	}
	if d.fields = nil; file != nil {
		d.file, d.fields = file, file.fields
	}
	return suggestURL(name, err)
}

func (d *specDocument) setField(field, from string, value any) {
	d.fields[field] = value
	for location := range d.origins {
		if strings.HasPrefix(location, field+".") {
			delete(d.origins, location)
		}
	}
	d.origins[field] = from
}

func (d *specDocument) has(field string) bool {
	_, given := d.fields[field]
	return given
}

// keepsField reports whether a field stays as it is, because the layer is below it.
func (d *specDocument) keepsField(field string, l layer) bool {
	return l.fromEnvironment && d.has(field)
}

// A layer is the flags of one origin.
type layer struct {
	flags           *pflag.FlagSet
	fromEnvironment bool // those from variables, which leave what is there
}

// flag is a flag of the layer that was given; nil if it was not.
func (l layer) flag(name string) *pflag.Flag {
	flag := l.flags.Lookup(name)
	if !flag.Changed || (variableOf(flag) != "") != l.fromEnvironment {
		return nil
	}
	return flag
}

// values are those of a flag that is a list.
func (l layer) values(flag *pflag.Flag) []string {
	list, _ := l.flags.GetStringArray(flag.Name)
	return list
}

// applyFlags lays a layer over what there is, or, of the environment, below it.
func (d *specDocument) applyFlags(l layer) error {
	for _, f := range fieldFlags {
		flag := l.flag(f.flag)
		if flag == nil || d.keepsField(f.field, l) {
			continue
		}
		text := flag.Value.String()
		if !utf8.ValidString(text) {
			return usageErrorf("%s must be text in UTF-8", flagOrigin(flag))
		}
		d.setField(f.field, flagOrigin(flag), parseParam(parameterType(aurea.SpecParameters(), f.field), text))
	}
	if flag := l.flag("include-jobs"); flag != nil && !d.keepsField("include_jobs", l) {
		d.setField("include_jobs", flagOrigin(flag), flag.Value.String() == "true")
	}
	if flag := l.flag("threshold"); flag != nil && !d.keepsField("thresholds", l) {
		d.setField("thresholds", flagOrigin(flag), l.values(flag))
	}
	if err := d.applyWorkload(l); err != nil {
		return err
	}
	return d.applyLabels(l)
}

// applyWorkload lays what a job does: a kind or a duration replaces what there is.
func (d *specDocument) applyWorkload(l layer) error {
	length, kind := l.flag("job-duration"), l.flag("workload")
	if length == nil && kind == nil || l.fromEnvironment && (d.has("workload") || d.has("job_duration_ms")) {
		return nil
	}
	if d.origins["workload"] == argumentOrigin {
		return usageErrorf("%s cannot be combined with a URL, which is short for the workload http; leave out one of the two", flagOrigin(cmp.Or(kind, length)))
	}
	delete(d.fields, "workload")
	delete(d.fields, "job_duration_ms")
	return d.setWorkload(length, kind)
}

func (d *specDocument) setWorkload(length, kind *pflag.Flag) error {
	if length != nil {
		duration, err := time.ParseDuration(length.Value.String())
		if err != nil {
			return usageErrorf(`%s must be a duration such as 100ms; got %q`, flagOrigin(length), length.Value)
		}
		d.setField("job_duration_ms", flagOrigin(length), duration.Seconds()*1000)
	}
	if kind != nil {
		d.setField("workload", flagOrigin(kind), map[string]any{"kind": kind.Value.String()})
	}
	return nil
}

func (d *specDocument) applyLabels(l layer) error {
	flag := l.flag("label")
	if flag == nil {
		return nil
	}
	labels, ok := d.fields["labels"].(map[string]any)
	if !ok && d.has("labels") && l.fromEnvironment {
		return nil // which DecodeSpec refuses
	}
	if !ok {
		labels = map[string]any{}
		d.fields["labels"] = labels
	}
	for _, pair := range l.values(flag) {
		key, text, err := splitPair(flag, pair)
		if err != nil {
			return err
		}
		if _, given := labels[key]; given && l.fromEnvironment {
			continue
		}
		labels[key] = text
		d.origins["labels."+key] = flagOrigin(flag)
	}
	return nil
}

// splitPair splits the value of a flag that is key=value.
func splitPair(flag *pflag.Flag, pair string) (key, value string, err error) {
	key, value, ok := strings.Cut(pair, "=")
	switch {
	case !ok || key == "":
		return "", "", usageErrorf("%s must be key=value; got %q", flagOrigin(flag), pair)
	case !utf8.ValidString(key):
		return "", "", usageErrorf("%s must have a key in UTF-8; got %q", flagOrigin(flag), key)
	}
	return key, value, nil
}

// locate adds to every wrong field where it came from: a flag, a variable, or a
// line of the file.
func (d *specDocument) locate(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, f := range invalid.Fields {
		switch from := d.originOf(f.Location); {
		case from == "" && d.file != nil && d.file.unusable(f.Location):
			continue // which the file's own mistake explains
		case from != "":
			f.Message = fmt.Sprintf("%s (from %s)", f.Message, from)
		case d.file != nil:
			f = d.file.locateField(f)
		}
		located.Fields = append(located.Fields, f)
	}
	return located
}

// originOf is what set a field, or the closest thing around it, if that was not
// the file. What the file has is the file's.
func (d *specDocument) originOf(location string) string {
	for location != "" {
		if from := d.origins[location]; from != "" {
			return from
		}
		location = location[:max(strings.LastIndexAny(location, ".["), 0)]
	}
	return ""
}
