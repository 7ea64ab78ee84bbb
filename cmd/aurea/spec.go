package main

import (
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
)

// A specDocument is the input of DecodeSpec while it is assembled from a file,
// the environment and flags. It records where each field came from.
type specDocument struct {
	file   *specFile // nil without a file
	fields map[string]any
	// origins maps the location of a field that is not from the file to what
	// set it: --jobs, AUREA_JOBS or the argument.
	origins map[string]string
	stdin   io.Reader // nil once it has been read
	// defaults are what applyURLDefaults has set.
	defaults []urlDefault
	unused   []string // variables that scenarios leave without effect
}

// argumentOrigin is the origin of a workload given as a URL.
const argumentOrigin = "the argument"

// readSpec assembles the spec of a command. Flags override the file or URL,
// which overrides the environment. The error lists every invalid field with its
// line, flag or variable.
func readSpec(command *cobra.Command, args []string) (aurea.Spec, *specDocument, error) {
	return readSpecFlags(command, command.Flags(), args, setFlag{"--set", repeatedValues(command.Flags(), "set")})
}

// readSpecFlags is readSpec with flags that the command need not have all of,
// and with the flags that are like --set.
func readSpecFlags(
	command *cobra.Command, flags *pflag.FlagSet, args []string, sets ...setFlag,
) (aurea.Spec, *specDocument, error) {
	d, fileErr, err := assembleSpec(command, flags, args, sets...)
	if err == nil && len(args) == 0 && len(d.fields) == 0 {
		err = usageErrorf("name a URL or a SPEC.yaml, or give --jobs or --duration")
	}
	if err != nil {
		return aurea.Spec{}, d, err
	}
	d.applyURLDefaults()
	spec, err := d.decode(fileErr)
	return spec, d, err
}

// assembleSpec collects the fields of readSpecFlags. fileErr is what is wrong with
// the file beside the fields that it has.
func assembleSpec(
	command *cobra.Command, flags *pflag.FlagSet, args []string, sets ...setFlag,
) (d *specDocument, fileErr, err error) {
	d = &specDocument{fields: map[string]any{}, origins: map[string]string{}, stdin: command.InOrStdin()}
	switch {
	case len(args) == 1 && isURL(args[0]):
		d.setField("workload", argumentOrigin, map[string]any{"kind": "http", "url": args[0]})
	case len(args) == 1:
		if fileErr = d.load(args[0]); d.fields == nil {
			return d, nil, fileErr
		}
		if err := d.expandVariables(); err != nil {
			fileErr = joinFieldErrors(fileErr, err)
		}
	}
	environment := layer{flags: flags, fromEnvironment: true}
	commandLine := layer{flags: flags}
	for _, apply := range []func() error{
		func() error { return d.applyFlags(environment) },
		func() error { return d.applyFlags(commandLine) },
		func() error { return d.applyParams(commandLine) },
		func() error { return d.applyHTTPFlags(commandLine) },
		func() error { return d.addEnvironmentParams(environment, command) },
		func() error { return d.applyHTTPFlags(environment) },
		func() error { return d.applySets(sets) },
	} {
		if err := apply(); err != nil {
			return d, fileErr, err
		}
	}
	d.dropDefaults()
	if _, given := d.fields["include_jobs"]; !given && len(d.fields) > 0 {
		d.fields["include_jobs"] = false
	}
	return d, fileErr, nil
}

// decode returns the spec of the document.
func (d *specDocument) decode(fileErr error) (aurea.Spec, error) {
	encoded, err := json.Marshal(d.fields)
	if err != nil {
		return aurea.Spec{}, usageErrorf("cannot read the spec: %v", err)
	}
	spec, err := aurea.DecodeSpecNaming(encoded, d.fieldName)
	if err != nil || fileErr != nil {
		err = joinFieldErrors(fileErr, d.locate(err), d.checkWorkload(spec))
	}
	return spec, err
}

// checkWorkload checks the parameters of the workloads. It finds further
// mistakes in a spec that DecodeSpec has refused.
func (d *specDocument) checkWorkload(spec aurea.Spec) error {
	var found []error
	for at, workload := range spec.Workloads() {
		if workload.Kind != "" {
			found = append(found, d.locate(everyKind.CheckParameters(workload, at)))
		}
	}
	return joinFieldErrors(found...)
}

// joinFieldErrors joins the fields of InvalidErrors. It returns any other error
// as it is.
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

// directory returns what the names of files in the spec are relative to.
func (d *specDocument) directory() string {
	if d.file == nil {
		return "."
	}
	return directoryOf(d.file.path)
}

// directoryOf returns the directory of a spec file, and the current one for a URL
// or standard input.
func directoryOf(name string) string {
	if isURL(name) {
		return "."
	}
	return filepath.Dir(name)
}

// load reads a file, or standard input for "-". If the file has mistakes, the
// document keeps the fields that are valid; fields is nil if there are none.
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

// setField sets a field and its origin. It drops the origins of members that
// the value replaces.
func (d *specDocument) setField(field, from string, value any) {
	d.fields[field] = value
	for location := range d.origins {
		if strings.HasPrefix(location, field+".") {
			delete(d.origins, location)
		}
	}
	d.origins[field] = from
}

// has reports whether a field is set.
func (d *specDocument) has(field string) bool {
	_, given := d.fields[field]
	return given
}
