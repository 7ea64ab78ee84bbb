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

// A document is a spec on its way to DecodeSpec: a file, what the environment
// adds to it, and what flags change of that. It is able to say where each of its
// fields came from.
type document struct {
	file   *specFile // nil without one
	fields map[string]any
	// from has, by location, what set a field if that was not the file: --jobs,
	// AUREA_JOBS or the argument.
	from  map[string]string
	stdin io.Reader // nil when it has been read
}

// fromArgument is the origin of a workload that is given as a URL.
const fromArgument = "the argument"

// readSpec makes the spec of a command: the file or URL, if there is one, with
// the environment below it and the flags laid over it. An error has every
// mistake, with the line of the file, the flag or the variable.
func readSpec(command *cobra.Command, args []string) (aurea.Spec, *document, error) {
	d := &document{fields: map[string]any{}, from: map[string]string{}, stdin: command.InOrStdin()}
	var wrongFile error
	switch {
	case len(args) == 1 && isURL(args[0]):
		d.set("workload", fromArgument, map[string]any{"kind": "http", "url": args[0]})
	case len(args) == 1:
		if wrongFile = d.read(args[0]); d.fields == nil {
			return aurea.Spec{}, d, wrongFile
		}
	}
	below, above := layer{command.Flags(), true}, layer{command.Flags(), false}
	for _, lay := range []func() error{
		func() error { return d.lay(below) },
		func() error { return d.lay(above) },
		func() error { return d.layParams(above) },
		func() error { return d.fillParams(below, command) },
	} {
		if err := lay(); err != nil {
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
	if err != nil || wrongFile != nil {
		err = everyMistake(wrongFile, d.locate(err), d.checkWorkload(spec))
	}
	return spec, d, err
}

// checkWorkload finds mistakes in the workload of a spec that has others, too.
func (d *document) checkWorkload(spec aurea.Spec) error {
	if spec.Workload == nil || spec.Workload.Kind == "" {
		return nil
	}
	return d.locate(workload.CheckParameters(*spec.Workload))
}

// everyMistake joins errors into one that has all of the wrong fields.
func everyMistake(errs ...error) error {
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

// read reads a file or standard input. With an error about mistakes in it the
// document has what could be read of it.
func (d *document) read(name string) error {
	file, err := readSpecFile(name, d.stdin)
	if name == "-" {
		d.stdin = nil
	}
	if d.fields = nil; file != nil {
		d.file, d.fields = file, file.fields
	}
	return hintURL(name, err)
}

func (d *document) set(field, from string, value any) {
	d.fields[field] = value
	for location := range d.from {
		if strings.HasPrefix(location, field+".") {
			delete(d.from, location)
		}
	}
	d.from[field] = from
}

func (d *document) has(field string) bool {
	_, given := d.fields[field]
	return given
}

// keeps reports whether a field stays as it is, because the layer is below it.
func (d *document) keeps(field string, l layer) bool { return l.environment && d.has(field) }

// A layer is the flags of one origin.
type layer struct {
	flags       *pflag.FlagSet
	environment bool // those from variables, which leave what is there
}

// flag is a flag of the layer that was given; nil if it was not.
func (l layer) flag(name string) *pflag.Flag {
	flag := l.flags.Lookup(name)
	if !flag.Changed || (variable(flag) != "") != l.environment {
		return nil
	}
	return flag
}

// values are those of a flag that is a list.
func (l layer) values(flag *pflag.Flag) []string {
	list, _ := l.flags.GetStringArray(flag.Name)
	return list
}

// lay lays a layer over what there is, or, of the environment, below it.
func (d *document) lay(l layer) error {
	for _, f := range fieldFlags {
		flag := l.flag(f.flag)
		if flag == nil || d.keeps(f.field, l) {
			continue
		}
		text := flag.Value.String()
		if !utf8.ValidString(text) {
			return usageErrorf("%s must be text in UTF-8", origin(flag))
		}
		d.set(f.field, origin(flag), paramValue(typeOf(aurea.SpecParameters(), f.field), text))
	}
	if flag := l.flag("include-jobs"); flag != nil && !d.keeps("include_jobs", l) {
		d.set("include_jobs", origin(flag), flag.Value.String() == "true")
	}
	if flag := l.flag("threshold"); flag != nil && !d.keeps("thresholds", l) {
		d.set("thresholds", origin(flag), l.values(flag))
	}
	if err := d.layWork(l); err != nil {
		return err
	}
	return d.layLabels(l)
}

// layWork lays what a job does: a kind or a duration replaces what there is.
func (d *document) layWork(l layer) error {
	length, kind := l.flag("job-duration"), l.flag("workload")
	if length == nil && kind == nil || l.environment && (d.has("workload") || d.has("job_duration_ms")) {
		return nil
	}
	if d.from["workload"] == fromArgument {
		return usageErrorf("%s cannot stand together with a URL, which is short for the workload http; leave out one of the two", origin(cmp.Or(kind, length)))
	}
	delete(d.fields, "workload")
	delete(d.fields, "job_duration_ms")
	return d.setWork(length, kind)
}

func (d *document) setWork(length, kind *pflag.Flag) error {
	if length != nil {
		duration, err := time.ParseDuration(length.Value.String())
		if err != nil {
			return usageErrorf(`%s must be a duration such as 100ms; got %q`, origin(length), length.Value)
		}
		d.set("job_duration_ms", origin(length), duration.Seconds()*1000)
	}
	if kind != nil {
		d.set("workload", origin(kind), map[string]any{"kind": kind.Value.String()})
	}
	return nil
}

func (d *document) layLabels(l layer) error {
	flag := l.flag("label")
	if flag == nil {
		return nil
	}
	labels, ok := d.fields["labels"].(map[string]any)
	if !ok && d.has("labels") && l.environment {
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
		if _, given := labels[key]; given && l.environment {
			continue
		}
		labels[key] = text
		d.from["labels."+key] = origin(flag)
	}
	return nil
}

// splitPair splits the value of a flag that is key=value.
func splitPair(flag *pflag.Flag, pair string) (key, value string, err error) {
	key, value, ok := strings.Cut(pair, "=")
	switch {
	case !ok || key == "":
		return "", "", usageErrorf("%s must be key=value; got %q", origin(flag), pair)
	case !utf8.ValidString(key):
		return "", "", usageErrorf("%s must have a key in UTF-8; got %q", origin(flag), key)
	}
	return key, value, nil
}

// locate adds to every wrong field where it came from: a flag, a variable, or a
// line of the file.
func (d *document) locate(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, f := range invalid.Fields {
		switch from := d.origin(f.Location); {
		case from == "" && d.file != nil && d.file.unread(f.Location):
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

// origin is what set a field, or the closest thing around it, if that was not
// the file. What the file has is the file's.
func (d *document) origin(location string) string {
	for location != "" {
		if from := d.from[location]; from != "" {
			return from
		}
		location = location[:max(strings.LastIndexAny(location, ".["), 0)]
	}
	return ""
}
