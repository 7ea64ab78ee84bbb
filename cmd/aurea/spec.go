package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/aurea-orchestrator/aurea"
)

// fieldFlags are the flags that set a field of the spec as it is.
var fieldFlags = []struct{ flag, field string }{
	{"jobs", "num_jobs"},
	{"concurrency", "concurrency"},
	{"rate", "rate"},
	{"arrival", "arrival"},
	{"on-saturation", "on_saturation"},
	{"duration", "duration"},
	{"warmup", "warmup"},
	{"timeout", "timeout"},
	{"seed", "seed"},
	{"name", "name"},
}

// addSpecFlags declares a flag for every field of the spec, with the field's
// own description.
func addSpecFlags(flags *pflag.FlagSet) {
	docs := map[string]string{}
	for _, p := range aurea.SpecParameters() {
		docs[p.Name] = p.Doc
		if len(p.Options) > 0 {
			docs[p.Name] += " (" + p.Rule() + ")"
		}
	}
	for _, f := range fieldFlags {
		flags.String(f.flag, "", docs[f.field])
	}
	flags.String("job-duration", "", "how long a job sleeps, give or take 20 %, such as 100ms")
	flags.String("workload", "", "what a job does: a kind; see aurea workloads")
	flags.StringArray("param", nil, "parameter of the workload, key=value, or key=@file for what a file holds; repeatable")
	flags.StringArray("threshold", nil, docs["thresholds"]+"; repeatable")
	flags.StringArray("label", nil, docs["labels"]+", key=value; repeatable")
	flags.Bool("include-jobs", false, docs["include_jobs"])
}

// A document is a spec on its way to DecodeSpec: read from a file, overridden
// by flags, and able to say where each of its fields came from.
type document struct {
	file   string
	node   *yaml.Node // the file; nil without one
	fields map[string]any
	flags  map[string]string // the flag that set a field
}

// readSpec makes the spec of a command: the file, if there is one, with the
// flags laid over it. An error names the line of the file or the flag.
func readSpec(command *cobra.Command, args []string) (aurea.Spec, error) {
	d := &document{fields: map[string]any{}, flags: map[string]string{}}
	switch {
	case len(args) == 1 && isURL(args[0]):
		d.set("workload", "workload", map[string]any{"kind": "http", "url": args[0]})
	case len(args) == 1:
		if err := d.read(args[0], command.InOrStdin()); err != nil {
			return aurea.Spec{}, err
		}
	}
	if err := d.override(command.Flags()); err != nil {
		return aurea.Spec{}, err
	}
	if _, given := d.fields["include_jobs"]; !given {
		d.fields["include_jobs"] = false
	}
	encoded, err := json.Marshal(d.fields)
	if err != nil {
		return aurea.Spec{}, usageErrorf("%s: %v", d.file, err)
	}
	spec, err := aurea.DecodeSpec(encoded)
	return spec, d.locate(err)
}

// isURL reports whether an argument is a service to call rather than a file.
func isURL(arg string) bool {
	scheme, _, found := strings.Cut(arg, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// read loads a YAML or JSON file, of which JSON is a part; "-" is standard
// input.
func (d *document) read(file string, stdin io.Reader) error {
	d.file = file
	var content []byte
	var err error
	if file == "-" {
		d.file = "standard input"
		content, err = io.ReadAll(stdin)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		return usageErrorf("cannot read the spec: %v", err)
	}
	d.node = &yaml.Node{}
	if err := yaml.Load(content, d.node); err != nil {
		return usageErrorf("%s: %v", d.file, err)
	}
	if err := d.node.Decode(&d.fields); err != nil {
		return usageErrorf("%s: the spec must be a mapping of fields to values: %v", d.file, err)
	}
	if d.fields == nil {
		d.fields = map[string]any{} // an empty file
	}
	return nil
}

func (d *document) override(flags *pflag.FlagSet) error {
	for _, f := range fieldFlags {
		if flags.Changed(f.flag) {
			text, _ := flags.GetString(f.flag)
			d.set(f.field, f.flag, paramValue(typeOf(aurea.SpecParameters(), f.field), text))
		}
	}
	if flags.Changed("job-duration") {
		text, _ := flags.GetString("job-duration")
		duration, err := time.ParseDuration(text)
		if err != nil {
			return usageErrorf(`--job-duration must be a duration such as 100ms; got %q`, text)
		}
		delete(d.fields, "workload")
		d.set("job_duration_ms", "job-duration", duration.Seconds()*1000)
	}
	if flags.Changed("workload") {
		kind, _ := flags.GetString("workload")
		delete(d.fields, "job_duration_ms")
		d.set("workload", "workload", map[string]any{"kind": kind})
	}
	if flags.Changed("include-jobs") {
		include, _ := flags.GetBool("include-jobs")
		d.set("include_jobs", "include-jobs", include)
	}
	if flags.Changed("threshold") {
		expressions, _ := flags.GetStringArray("threshold")
		d.set("thresholds", "threshold", expressions)
	}
	if err := d.pairs(flags, "param", "workload"); err != nil {
		return err
	}
	return d.pairs(flags, "label", "labels")
}

func (d *document) set(field, flag string, value any) {
	d.fields[field] = value
	d.flags[field] = flag
}

// pairs lays key=value flags over an object of the spec.
func (d *document) pairs(flags *pflag.FlagSet, flag, field string) error {
	if !flags.Changed(flag) {
		return nil
	}
	given, _ := flags.GetStringArray(flag)
	object, ok := d.fields[field].(map[string]any)
	if !ok {
		if field == "workload" {
			return usageErrorf("--param needs --workload KIND, or a workload in the spec")
		}
		object = map[string]any{}
	}
	for _, pair := range given {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return usageErrorf("--%s must be key=value; got %q", flag, pair)
		}
		if field == "workload" {
			if err := setParam(object, key, text); err != nil {
				return err
			}
		} else {
			object[key] = text
		}
	}
	d.set(field, flag, object)
	return nil
}

// scalar reads a flag's text as JSON where it is a number, true or false, and
// as a string otherwise; whether that is right is DecodeSpec's to say.
func scalar(text string) any {
	if text == "true" || text == "false" {
		return text == "true"
	}
	if json.Valid([]byte(text)) && strings.ContainsAny(text[:1], "-0123456789") {
		return json.Number(text)
	}
	return text
}

// locate adds to every wrong field where it came from: a flag, or a line of the
// file.
func (d *document) locate(err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, f := range invalid.Fields {
		top := strings.FieldsFunc(f.Location+".", func(r rune) bool { return r == '.' || r == '[' })
		switch {
		case len(top) > 0 && d.flags[top[0]] != "":
			f.Message = fmt.Sprintf("%s (from --%s)", f.Message, d.flags[top[0]])
		case d.node != nil:
			line, column := position(d.node, f.Location)
			f.Location = fmt.Sprintf("%s:%d:%d: %s", d.file, line, column, f.Location)
		}
		located.Fields = append(located.Fields, f)
	}
	return located
}

// position finds the line and column of a field such as "stages[1].rate", or of
// the nearest one around it that exists.
func position(node *yaml.Node, location string) (line, column int) {
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	line, column = max(node.Line, 1), max(node.Column, 1)
	steps := strings.FieldsFunc(location, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	for _, step := range steps {
		key, value := child(node, step)
		if value == nil {
			break
		}
		line, column, node = key.Line, key.Column, value
	}
	return line, column
}

// child is an entry of a mapping, with its key, or an item of a list.
func child(node *yaml.Node, step string) (key, value *yaml.Node) {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i < len(node.Content) {
			return node.Content[i], node.Content[i]
		}
		return nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == step {
			return node.Content[i], node.Content[i+1]
		}
	}
	return nil, nil
}
