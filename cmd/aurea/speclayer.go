package main

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
)

// keepsField reports whether a layer must leave a field alone: the environment
// does not override fields.
func (d *specDocument) keepsField(field string, l layer) bool {
	return l.fromEnvironment && d.has(field)
}

// A layer is the flags that were set in one way: on the command line or by the
// environment.
type layer struct {
	flags           *pflag.FlagSet
	fromEnvironment bool
}

// flag returns a flag that the layer sets; nil if it does not.
func (l layer) flag(name string) *pflag.Flag {
	flag := l.flags.Lookup(name)
	if !flag.Changed || (variableOf(flag) != "") != l.fromEnvironment {
		return nil
	}
	return flag
}

// values returns the values of a repeatable flag.
func (l layer) values(flag *pflag.Flag) []string { return repeatedValues(l.flags, flag.Name) }

// repeatedValues returns the values of a repeatable flag as they were given; nil if
// there is no such flag. GetStringArray of pflag turns CR LF into LF.
func repeatedValues(flags *pflag.FlagSet, name string) []string {
	flag := flags.Lookup(name)
	if flag == nil {
		return nil
	}
	values, ok := flag.Value.(pflag.SliceValue)
	if !ok {
		return nil
	}
	return values.GetSlice()
}

// applyFlags sets the fields that the flags of a layer give.
func (d *specDocument) applyFlags(l layer) error {
	for _, f := range fieldFlags {
		flag := l.flag(f.flag)
		if flag == nil || d.keepsField(f.field, l) || d.yieldsToScenarios(flag, f.field, l) {
			continue
		}
		text := flag.Value.String()
		if !utf8.ValidString(text) {
			return usageErrorf("%s must be text in UTF-8", flagOrigin(flag))
		}
		fieldType := parameterType(aurea.SpecParameters(), f.field)
		d.setField(f.field, flagOrigin(flag), parseParam(fieldType, text))
	}
	if flag := l.flag("include-jobs"); flag != nil && !d.keepsField("include_jobs", l) {
		d.setField("include_jobs", flagOrigin(flag), flag.Value.String() == "true")
	}
	if flag := l.flag("threshold"); flag != nil && !d.keepsField("thresholds", l) {
		d.setField("thresholds", flagOrigin(flag), l.values(flag))
	}
	for _, apply := range []func(layer) error{d.applyWorkload, d.applyLabels, d.applyWorkers, d.applyRepeat} {
		if err := apply(l); err != nil {
			return err
		}
	}
	return nil
}

// applyWorkload replaces the workload if a layer has a kind or a job duration.
func (d *specDocument) applyWorkload(l layer) error {
	duration, kind := l.flag("job-duration"), l.flag("workload")
	if duration == nil && kind == nil || l.fromEnvironment && (d.has("workload") || d.has("job_duration_ms")) {
		return nil
	}
	yields := d.yieldsToScenarios(duration, "job_duration_ms", l)
	if d.yieldsToScenarios(kind, "workload", l) || yields {
		return nil
	}
	if d.origins["workload"] == argumentOrigin {
		return usageErrorf("%s cannot be combined with a URL, which is short for the workload http; leave out one of the two",
			flagOrigin(cmp.Or(kind, duration)))
	}
	delete(d.fields, "workload")
	delete(d.fields, "job_duration_ms")
	return d.setWorkload(duration, kind)
}

// setWorkload sets the workload from two flags; one may be nil.
func (d *specDocument) setWorkload(duration, kind *pflag.Flag) error {
	if duration != nil {
		parsed, err := time.ParseDuration(duration.Value.String())
		if err != nil {
			return usageErrorf(`%s must be a duration such as 100ms; got %q`, flagOrigin(duration), duration.Value)
		}
		d.setField("job_duration_ms", flagOrigin(duration), float64(parsed)/float64(time.Millisecond))
	}
	if kind != nil {
		d.setField("workload", flagOrigin(kind), map[string]any{"kind": kind.Value.String()})
	}
	return nil
}

// applyLabels adds the labels of a layer.
func (d *specDocument) applyLabels(l layer) error {
	flag := l.flag("label")
	if flag == nil {
		return nil
	}
	labels, ok := d.fields["labels"].(map[string]any)
	if !ok && d.has("labels") && l.fromEnvironment {
		return nil // DecodeSpec refuses what is there
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

// splitPair splits a value of a key=value flag.
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
