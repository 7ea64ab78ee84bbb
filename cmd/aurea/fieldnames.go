package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
)

// locate names every invalid field as the user wrote it: by its flag, variable
// or argument, or by its place in the file. It drops fields that the file's own
// errors explain.
func (d *specDocument) locate(err error) error {
	err = d.maskSecrets(err)
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	located := &aurea.InvalidError{}
	for _, f := range invalid.Fields {
		f.Location = d.inheritedFrom(f.Location)
		switch from := d.originOf(f.Location); {
		case from != "":
			f.Location = nameSetting(f.Location, from)
		case d.file != nil && d.file.IsUnusable(f.Location):
			continue // the file has no usable value there
		case d.file != nil:
			f = d.file.locateField(f)
		default:
			f.Location = nameMissing(f.Location)
		}
		located.Fields = append(located.Fields, f)
	}
	return located
}

// originOf returns what set a field or the nearest object around it; "" if that
// is the file.
func (d *specDocument) originOf(location string) string {
	for location != "" {
		if from := d.origins[location]; from != "" {
			return from
		}
		location = location[:max(strings.LastIndexAny(location, ".["), 0)]
	}
	return ""
}

// fieldName returns how the user calls a field of the spec in this document: by
// what has set it, or else by its flag if there is no file.
func (d *specDocument) fieldName(field string) string {
	if from := d.origins[field]; from != "" {
		return from
	}
	if d.file != nil {
		return field
	}
	return nameMissing(field)
}

// nameMissing returns the flag for a field that nothing has set. Some fields
// have no flag and keep their name.
func nameMissing(field string) string {
	if flag := fieldFlag(field); flag != "" {
		return "--" + flag
	}
	return field
}

// nameSetting returns how the user wrote a location that a flag, a variable or
// the argument has set: "--rate", "--label team", "--param poll.every".
func nameSetting(location, from string) string {
	field, member, _ := strings.Cut(location, ".")
	switch {
	case strings.HasPrefix(from, "--set"):
		flag, _, _ := strings.Cut(from, " ")
		return flag + " " + location
	case member == "" || field != "workload" && field != "labels":
		return from
	case field == "labels" || from == "--param" || strings.HasSuffix(from, "_PARAM"):
		return from + " " + member
	case from == argumentOrigin && member == "url":
		return "the URL"
	case member == "kind":
		return from
	case httpFlagOf(member) != "" && !setsWorkload(from):
		_, header, _ := strings.Cut(member, ".")
		return strings.TrimSpace(from + " " + header)
	}
	return "--param " + member
}

// setsWorkload reports whether a flag, a variable or the argument sets the whole
// workload.
func setsWorkload(from string) bool {
	return from == argumentOrigin || slices.ContainsFunc([]string{"workload", "job-duration"}, func(flag string) bool {
		return from == "--"+flag || strings.HasSuffix(from, "_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
	})
}

// nameFlag returns the flag of a command that sets a location, such as --status
// for the parameter of a query; the location itself if none was given.
func nameFlag(command *cobra.Command, location string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(location, "query."), "_", "-")
	if flag := command.Flags().Lookup(name); flag != nil && flag.Changed {
		return flagOrigin(flag)
	}
	return location
}

// renameLocation returns an error in which an invalid field is called by
// another name, such as an argument.
func renameLocation(err error, location, name string) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	renamed := &aurea.InvalidError{Fields: slices.Clone(invalid.Fields)}
	for i := range renamed.Fields {
		if renamed.Fields[i].Location == location {
			renamed.Fields[i].Location = name
		}
	}
	return renamed
}
